import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { PACKAGE_ROOT } from "../base/package.js";
import type { Progress } from "../base/progress.js";
import { random } from "../base/random.js";
import { readSafetensors } from "../base/safetensors.js";
import { defineStage, planStage, runStage } from "../base/stage.js";
import { corpusStage, SPLITS } from "../corpus/index.js";
import { fakeAnthropic } from "../llm/testing/fake-anthropic.js";
import { textsBelow } from "../llm/testing/kills.js";
import { SYNTHETIC_KEY, withKey } from "../llm/testing/setup.js";
import { GptConfig, initialise, saveModel } from "../nn/index.js";
import {
  copyTokenizer,
  loadTokenizer,
  readDocument,
  readTokens,
  tokenizerStage,
  tokenizeStage,
} from "../tokens/index.js";
import { textReader } from "./document-text.js";
import type { LabelGrades } from "./grade.js";
import { labelStage } from "./label-stage.js";
import { materialOf, verdict } from "./llm/testing/synthetic.js";
import { saeStage } from "./sae-stage.js";

const WORDS = {
  medical: [
    "infection",
    "of",
    "the",
    "liver",
    "treated",
    "with",
    "an",
    "antibiotic",
    "by",
    "surgeons",
    "tumor",
    "fever",
  ],
  general: ["a", "river", "in", "the", "north", "with", "old", "bridges", "by", "painters", "music", "of", "summer"],
};

/** Synthetic documents of random words of one domain each. */
function syntheticCorpus(): string {
  const draw = random(2, "synthetic label corpus");
  const lines = Array.from({ length: 160 }, (_, index) => {
    const domain = index % 4 === 0 ? ("medical" as const) : ("general" as const);
    const words = Array.from({ length: 60 }, () => WORDS[domain][draw.integer(WORDS[domain].length)]);
    return JSON.stringify({ id: `d${index}`, text: words.join(" "), domain });
  });
  return lines.join("\n");
}

/** An untrained model with its tokenizer, as an artifact: its embedding tells words apart, which is enough here. */
const untrained = defineStage({
  name: "pretrain",
  summary: "",
  why: "",
  examples: [],
  version: 1,
  options: z.object({ tokens: z.string() }),
  inputs: ["tokens"],
  async run({ tokens }, { out }) {
    const { vocabularySize: vocabulary } = loadTokenizer(tokens);
    const config = GptConfig.parse({ vocabulary, width: 16, layers: 1, heads: 2, context: 64 });
    await saveModel(out, { config, direction: "forward", parameters: initialise(config, 1) });
    await copyTokenizer(tokens, out);
    return {};
  },
});

interface SpanLine {
  id: string;
  start: number;
  end: number;
  strength: number;
  latents: { latent: number; peak: number }[];
}
const spansOf = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line): SpanLine => JSON.parse(line));

describe("sae and label stages on a synthetic corpus", () => {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-label-"));
  const at = (name: string) => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));
  const labelOptions = {
    ...{
      sae: at("sae"),
      model: at("model"),
      tokens: at("tokens"),
      domain: join(PACKAGE_ROOT, "domains/medicine.json"),
    },
    ...{ documents: 100, sd: 2, minStrong: 2, grow: false, minContexts: 3 },
  };

  beforeAll(async () => {
    writeFileSync(at("texts.jsonl"), syntheticCorpus());
    await runStage(corpusStage, { files: [at("texts.jsonl")], validationShare: 0.1, testShare: 0.1 }, at("corpus"));
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 320 }, at("tokenizer"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
    await runStage(untrained, { tokens: at("tokens") }, at("model"));
    const sae = {
      model: at("model"),
      tokens: at("tokens"),
      layer: 0,
      latents: 48,
      l0: 3,
      steps: 300,
      batch: 128,
      lr: 0.01,
    };
    await runStage(saeStage, sae, at("sae"));
    await runStage(labelStage, labelOptions, at("labels"));
  });

  it("reconstructs states sparsely", () => {
    const { measured } = JSON.parse(readFileSync(at("sae/sae.json"), "utf8"));
    expect(measured.r2).toBeGreaterThan(0.3);
    expect(measured.l0).toBeLessThan(6);
  });

  it("labels exactly the first documents of each split", () => {
    for (const split of ["train", "validation", "test"] as const) {
      const shard = readTokens(at("tokens"), split);
      const documents = Math.min(100, shard.documents.length);
      const { tensors, metadata } = readSafetensors(at(`labels/${split}.safetensors`));
      expect(tensors.document_labels.shape).toEqual([documents]);
      expect(tensors.labels.shape).toEqual([shard.docOffsets[documents]]);
      expect(metadata.tokenizer).toBe(shard.fingerprint);
      for (let document = 0; document < documents; document++)
        expect(tensors.labels.data[shard.docOffsets[document + 1] - 1]).toBe(0);
    }
  });

  it("writes every latent with verdict and evidence", () => {
    const lines = readFileSync(at("labels/latents.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ latent }) => latent)).toEqual(Array.from({ length: 48 }, (_, index) => index));
    const kept = lines.filter(({ status }) => status === "kept");
    expect(kept.length).toBeGreaterThan(0);
    for (const { threshold, mean, sd, contexts } of kept) {
      expect(Math.abs(threshold - mean - 2 * sd)).toBeLessThan(1e-3 * threshold);
      expect(contexts.length).toBeGreaterThan(2);
    }
  });

  it("writes where each label comes from: spans in bytes, and the kept latents that fired there", () => {
    const statuses = readFileSync(at("labels/latents.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).status);
    const read = textReader(loadTokenizer(at("tokens")));
    for (const split of SPLITS) {
      const shard = readTokens(at("tokens"), split);
      const { labels } = readSafetensors(at(`labels/${split}.safetensors`)).tensors;
      const spans = spansOf(at(`labels/${split}.spans.jsonl`));
      let [position, labelled] = [0, 0];
      for (let document = 0; position < labels.data.length; document++) {
        const tokens = readDocument(shard, document);
        const { ends } = read(tokens);
        const own = spans.filter(({ id }) => id === shard.documents[document].id);
        ends.forEach((end, token) => {
          const start = token === 0 ? 0 : ends[token - 1];
          const isInside = own.some((span) => span.start < end && start < span.end);
          expect(isInside ? 1 : 0).toBe(labels.data[position++]);
          labelled += isInside ? 1 : 0;
        });
        for (const { latents, strength } of own) {
          expect(latents.filter(({ peak }) => peak >= 1).length).toBeGreaterThanOrEqual(2);
          expect(strength).toBeGreaterThanOrEqual(1);
          expect(latents.every(({ latent }) => statuses[latent] === "kept")).toBe(true);
        }
      }
      expect(labelled).toBeGreaterThan(0);
    }
  });

  it("goes on behind what it has read, to the same bytes", async () => {
    const stop = new Error("killed");
    const interrupt: Progress = ({ detail, done }) => {
      if (detail?.endsWith("validation") && done === 1) throw stop;
    };
    const out = at("labels-killed");
    await expect(runStage(labelStage, labelOptions, out, { progress: interrupt })).rejects.toBe(stop);
    const read: string[] = [];
    const watch: Progress = ({ detail, done, total }) => void read.push(`${detail} ${done === total}`);
    const again = await runStage(labelStage, labelOptions, out, { progress: watch });
    expect(read.filter((line) => line.endsWith("train false"))).toEqual([]);
    expect(read.filter((line) => line.endsWith("test false")).length).toBeGreaterThan(0);
    expect(again.outputs).toEqual(JSON.parse(readFileSync(at("labels/manifest.json"), "utf8")).outputs);
  });

  it("finds forget tokens better than chance, graded by the corpus' truth", () => {
    const { result } = JSON.parse(readFileSync(at("labels/manifest.json"), "utf8"));
    const { tokens }: LabelGrades = result.splits.test.truth;
    expect(tokens.precision).toBeGreaterThan(1.5 * tokens.prevalence);
    expect(tokens.recall).toBeGreaterThan(0.1);
  });

  it("gives the same bytes again", async () => {
    const again = await runStage(labelStage, labelOptions, at("labels-again"));
    const first = JSON.parse(readFileSync(at("labels/manifest.json"), "utf8"));
    expect(again.outputs).toEqual(first.outputs);
    expect(again.result).toEqual(first.result);
  });

  it("asks a model instead of the lexicon: stops at the cap, goes on, pays once, tells what it cost, writes no key", async () => {
    withKey();
    vi.stubEnv("LACUNA_CACHE", at("cache"));
    // A model that knows the medical words, explains by nothing else, and refuses every seventh latent or so.
    const isMedical = (item: object) =>
      WORDS.medical.some((word) => word.length > 4 && JSON.stringify(item).includes(word));
    const fake = await fakeAnthropic({
      reply(user, system) {
        const material = materialOf(user);
        if (system.startsWith("You study")) return { text: '{"explanation":"medical words"}' };
        if (system.startsWith("You test")) {
          const fits = material.filter((item) => "passage" in item && isMedical(item));
          return { text: JSON.stringify({ matches: fits.map(({ number }) => number) }) };
        }
        if (user.length % 7 === 0) return { text: "", stop: "refusal" };
        return { text: verdict(material.filter(isMedical).length / material.length > 0.5 ? "yes" : "no") };
      },
    });
    const options = {
      ...{ ...labelOptions, judge: "anthropic" as const, judgeModel: "claude-haiku-4-5", baseUrl: fake.url },
      ...{ score: "detection" as const, minScore: 0.6, parallel: 4, maxCost: 0.05, maxUnknown: 0.3 },
    };
    const { estimate } = labelStage;
    const expected = (await estimate!({ ...labelStage.options.parse(options) })) as {
      questions: number;
      dollars: number;
    };
    await expect(runStage(labelStage, options, at("llm"))).rejects.toThrow(/--max-cost/);
    expect(fake.charged).toBeLessThanOrEqual(0.05);
    const { result } = await runStage(labelStage, { ...options, maxCost: 5, parallel: 16 }, at("llm"));
    const { latents, cost, causes, judge } = result as unknown as {
      latents: { kept: number; rejected: number; unknown: number };
      cost: { answers: number; dollars: number };
      causes: Record<string, number>;
      judge: string;
    };
    const keyOf = async (how: object) => (await planStage(labelStage, { ...options, ...how })).key;
    expect(await keyOf({ maxCost: 7, batch: true, priceIn: 3 })).toBe(await keyOf({}));
    expect(await keyOf({ judgeFrom: "both" })).not.toBe(await keyOf({}));
    expect(judge).toBe("anthropic:claude-haiku-4-5");
    expect(latents.kept).toBeGreaterThan(0);
    expect(latents.rejected).toBeGreaterThan(0);
    expect(causes.refusal).toBeGreaterThan(0);
    expect(Object.values(causes).reduce((sum, count) => sum + count, 0)).toBe(latents.unknown);
    // Answered ones are paid for once; what was refused in the run that the cap stopped was asked again by the next.
    for (const [user, times] of fake.paid) expect(times).toBeLessThanOrEqual(user.length % 7 === 0 ? 2 : 1);
    expect(cost.answers).toBe(fake.paid.size);
    expect(cost.dollars).toBeCloseTo(fake.charged, 5);
    expect(expected.dollars).toBeGreaterThan(cost.dollars);
    const lines = readFileSync(at("llm/latents.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ cause }) => cause === "refusal")).toHaveLength(causes.refusal);
    expect(textsBelow(folder).some((text) => text.includes(SYNTHETIC_KEY))).toBe(false);
  });

  it("refuses a model the SAE was not trained on, and reads shards of another tokenizer with the model's own", async () => {
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 384 }, at("tokenizer2"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer2") }, at("tokens2"));
    await runStage(untrained, { tokens: at("tokens2") }, at("model2"));
    await expect(runStage(labelStage, { ...labelOptions, model: at("model2") }, at("wrong"))).rejects.toThrow(
      /with tokenizer .*model2 has/,
    );
    await runStage(labelStage, { ...labelOptions, tokens: at("tokens2") }, at("carried"));
    for (const split of SPLITS) {
      const [spans, carried] = [at("labels"), at("carried")].map((labels) =>
        spansOf(join(labels, `${split}.spans.jsonl`)),
      );
      expect(carried).toEqual(spans);
    }
  });
});
