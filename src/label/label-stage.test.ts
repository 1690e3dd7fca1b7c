import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { PACKAGE_ROOT } from "../base/package.js";
import { random } from "../base/random.js";
import { readSafetensors } from "../base/safetensors.js";
import { defineStage, planStage, runStage } from "../base/stage.js";
import { corpusStage } from "../corpus/index.js";
import { fakeAnthropic } from "../llm/testing/fake-anthropic.js";
import { textsBelow } from "../llm/testing/kills.js";
import { SYNTHETIC_KEY, withKey } from "../llm/testing/setup.js";
import { GptConfig, initialise, saveModel } from "../nn/index.js";
import { copyTokenizer, loadTokenizer, readTokens, tokenizerStage, tokenizeStage } from "../tokens/index.js";
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
      ...{ score: "detection" as const, minScore: 0.6, parallel: 4, maxCost: 0.05 },
    };
    const { estimate } = labelStage;
    const expected = estimate!({ ...labelStage.options.parse(options) }) as { questions: number; dollars: number };
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
    expect([...fake.paid.values()].every((times) => times === 1)).toBe(true);
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

  it("refuses a model the SAE was not trained on", async () => {
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 384 }, at("tokenizer2"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer2") }, at("tokens2"));
    await expect(runStage(labelStage, { ...labelOptions, tokens: at("tokens2") }, at("wrong"))).rejects.toThrow(
      /tokenizer/,
    );
  });
});
