import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { loadTokenizer, readDocument, readTokens } from "../../tokens/index.js";
import { readClassifierFile } from "../classifier-file.js";
import { readClassifier } from "../probe-file.js";
import { auroc, rankCurve } from "../rank.js";
import { openClassifier } from "../scorer.js";
import { classifierStage } from "../stage.js";
import type { DocumentScores } from "../stream.js";
import { readTestRows } from "../test-rows.js";
import { scoreFromStates } from "../testing/score-from-states.js";
import { smallEncoder, smallHalves, smallPipeline } from "../testing/small-pipeline.js";
import { smallText } from "./testing/small-text.js";

const root = mkdtempSync(join(tmpdir(), "lacuna-beside-"));
const at = (name: string) => join(root, name);
afterAll(() => rmSync(root, { recursive: true }));

type Options = Parameters<typeof runStage<(typeof classifierStage)["options"], unknown>>[1];

/** Labels of sentences as if a language model had given them, by a lexicon, and classifiers of each. */
let common: { tokens: string; left: string; right: string; maxTokens: number; layers: number[]; strengths: number[] };
const classify = (name: string, options: Options) => runStage(classifierStage, options, at(name));

beforeAll(async () => {
  const { tokens, labels } = await smallText(root);
  const halves = await smallHalves(root, tokens, loadTokenizer(tokens).vocabularySize);
  common = { tokens, ...halves, maxTokens: 3000, layers: [1], strengths: [1] };
  cpSync(labels, at("judged"), { recursive: true });
  const path = join(at("judged"), "manifest.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...manifest, result: { ...manifest.result, judge: "openai:some" } }));
  for (const labelled of ["labels", "judged"]) {
    const ngram = { labels: at(labelled), tokens, buckets: 4096, strengths: [1] };
    await classify(`ngram-${labelled}`, ngram);
    const ngrams = at(`ngram-${labelled}`);
    await classify(`both-${labelled}`, { kind: "bilm", ...common, labels: at(labelled), ngrams });
  }
});

describe.each(["labels", "judged"])("a probe on a random biLM with n-grams beside it, from %s", (labelled) => {
  it("scores a corpus as it was fitted and judged: the logits of its test rows come out of scoring", async () => {
    const moved = at(`moved-${labelled}`);
    cpSync(at(`both-${labelled}`), moved, { recursive: true });
    const { token, document } = readTestRows(moved);
    const shard = readTokens(common.tokens, "test");
    const documents = shard.documents.map((_, index) => readDocument(shard, index));
    const classifier = await openClassifier(moved);
    const [tokenLogits, documentLogits]: number[][] = [[], []];
    for await (const one of classifier.logits(documents)) {
      tokenLogits.push(...one.tokenLogits);
      documentLogits.push(one.documentLogit!);
    }
    expect(token.places.length).toBeGreaterThan(1000);
    for (const [row, place] of token.places.entries()) expect(tokenLogits[place]).toBeCloseTo(token.logits[row], 4);
    for (const [row, place] of document.places.entries())
      expect(documentLogits[place]).toBeCloseTo(document.logits[row], 4);
    const scored: DocumentScores[] = [];
    for await (const one of classifier.score(documents)) scored.push(one);
    for (const [index, { tokens, probability }] of (await scoreFromStates(moved, documents)).entries()) {
      tokens.forEach((p, k) => {
        expect(Math.abs(scored[index].tokenScores[k] - 255 * p)).toBeLessThanOrEqual(1);
      });
      expect(Math.abs(scored[index].documentScore - 255 * probability)).toBeLessThanOrEqual(1);
    }
    // Its neighbours change nothing.
    for (const index of [3, 11])
      for await (const alone of classifier.score([documents[index]]))
        expect(alone).toEqual({ ...scored[index], document: 0 });
    await classifier.release();
  });

  it("ranks as well as the n-gram classifier alone", () => {
    const [both, alone] = [`both-${labelled}`, `ngram-${labelled}`].map((name) => {
      const { token } = readTestRows(at(name));
      return auroc(rankCurve(token.logits, token.labels));
    });
    expect(both).toBeGreaterThan(alone - 0.02);
    expect(both).toBeGreaterThan(0.8);
  });
});

describe("n-grams beside models", () => {
  it("are three features more, kept in the classifier's own directory without what differs between runs", async () => {
    const { file, probes } = readClassifier(at("both-judged"));
    expect(file.widths).toEqual({ left: 16, right: 16, ngrams: 3 });
    expect(probes.token.weights).toHaveLength(35);
    expect(readdirSync(at("both-judged/ngrams")).sort()).toEqual(["classifier.json", "ngram.safetensors"]);
    const again = { kind: "bilm", ...common, labels: at("judged"), ngrams: at("ngram-judged") } as const;
    const [first, second] = [await classify("both-judged", again), await classify("again", again)];
    expect(second.fingerprint).toBe(first.fingerprint);
    expect(first.inputs.ngrams[0].path).toBe(at("ngram-judged"));
    const others = await classify("other-ngrams", { ...again, ngrams: at("ngram-labels") });
    expect(others.key).not.toBe(first.key);
  });

  it("do not let a lexicon's labels choose the weight of the lexicon: it has the n-gram classifier's bonus", () => {
    const [sentence, window, lexicon] = readClassifier(at("both-labels")).probes.token.weights.slice(-3);
    // 1.97 here; 0.67 if the fit saw where the lexicon fires, which tells it most of these labels.
    expect(sentence + window).toBeGreaterThan(1.2);
    expect(lexicon).toBeCloseTo(2 * (sentence + window), 12);
    expect(readClassifier(at("both-judged")).probes.token.weights[34]).toBeCloseTo(0, 9);
    const { calibration, quality } = readClassifierFile(at("both-labels")).token;
    expect(calibration.slope).toBeGreaterThan(0);
    expect(quality.validation.auroc).toBeGreaterThan(0.95);
  });

  it("change nothing where they are not given", async () => {
    const plain = { kind: "bilm", ...common, labels: at("judged") } as const;
    await classify("plain", plain);
    const { file, probes } = readClassifier(at("plain"));
    expect(file.widths).toEqual({ left: 16, right: 16 });
    expect(probes.token.weights).toHaveLength(32);
    expect(readdirSync(at("plain"))).not.toContain("ngrams");
  });

  it("stand beside an encoder too", async () => {
    const { tokens, left: _l, right: _r, ...rest } = common;
    const encoder = await smallEncoder(root, tokens, loadTokenizer(tokens).vocabularySize + 1);
    const ngrams = at("ngram-judged");
    await classify("on-encoder", { kind: "encoder", ...rest, tokens, encoder, ngrams, labels: at("judged") });
    expect(readClassifier(at("on-encoder")).file.widths).toEqual({ encoder: 32, ngrams: 3 });
  });

  it("are refused where they do not fit, saying why", async () => {
    const fails = (options: Options, message: RegExp) =>
      expect(classify("refused", { ...options, strengths: [1] })).rejects.toThrow(message);
    const { left, right, tokens } = common;
    const given = { labels: at("judged"), tokens, ngrams: at("ngram-judged") };
    await fails(given, /--ngrams adds an n-gram classifier to probes on models/);
    const halves = { ...given, kind: "bilm" as const, left, right };
    await fails({ ...halves, ngrams: at("both-judged") }, /of kind bilm, not of n-grams/);
    await fails({ ...halves, ...(await smallPipeline(at("other"))) }, /The n-gram classifier .* tokenizer/);
  });
});
