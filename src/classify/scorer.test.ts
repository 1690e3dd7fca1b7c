import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { loadModel, stateReader } from "../nn/index.js";
import { loadTokenizer, readDocument, readTokens } from "../tokens/index.js";
import { readClassifier } from "./classifier-file.js";
import { sigmoid } from "./loss.js";
import { openClassifier } from "./scorer.js";
import { classifierStage } from "./stage.js";
import { smallPipeline } from "./testing/small-pipeline.js";

/** A classifier on random models of context 64, and documents on both sides of that length. */
async function open() {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  const paths = await smallPipeline(root);
  const out = join(root, "classifier");
  await runStage(classifierStage, { ...paths, maxTokens: 800, layers: [2], strengths: [1] }, out);
  const shard = readTokens(paths.tokens, "train");
  const documents = Array.from({ length: 12 }, (_, index) => readDocument(shard, index));
  return { out, documents, classifier: await openClassifier(out) };
}

let root: string;
let opened: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  opened = await open();
});
afterAll(async () => {
  await opened.classifier.release();
  rmSync(root, { recursive: true });
});

describe("scoring", () => {
  it("is the calibrated probe on the states that the readers of both halves give, for long documents too", async () => {
    const { out, documents, classifier } = opened;
    const { file, probes } = readClassifier(out);
    const long = documents.find(({ length }) => length > 100)!;
    const { endOfText } = loadTokenizer(out).specials;
    const halves = ["left", "right"].map((half) => stateReader(loadModel(join(out, half)), endOfText));
    const states: Float32Array[] = [];
    for (const [half, reverse] of [false, true].entries())
      for await (const read of halves[half].read([long], { layers: [2], reverse })) states.push(read.states[0]);
    const { slope, intercept } = file.token.calibration;
    for await (const scored of classifier.score([long])) {
      for (let token = 0; token < long.length; token++) {
        let logit = probes.token.bias;
        for (let j = 0; j < 32; j++)
          logit += probes.token.weights[j] * (j < 16 ? states[0][token * 16 + j] : states[1][token * 16 + j - 16]);
        const expected = long[token] === endOfText ? 0 : sigmoid(slope * logit + intercept);
        expect(scored.tokens[token]).toBeCloseTo(expected, 9);
      }
    }
    for (const reader of halves) await reader.release();
  });

  it("does not depend on what is scored beside a document, nor on the order", async () => {
    const { documents, classifier } = opened;
    const among: { tokens: Float64Array; probability: number }[] = [];
    for await (const scored of classifier.score(documents)) among[scored.document] = scored;
    for (const [index, document] of documents.entries()) {
      for await (const alone of classifier.score([document])) {
        expect(alone.tokens).toEqual(among[index].tokens);
        expect(alone.probability).toBe(among[index].probability);
      }
    }
    const turned: { probability: number }[] = [];
    for await (const scored of classifier.score([...documents].reverse())) turned[scored.document] = scored;
    expect(turned.map((s) => s.probability).reverse()).toEqual(among.map((s) => s.probability));
  });

  it("looks both ways: a token's score moves with tokens before and after it", async () => {
    const { documents, classifier } = opened;
    const before = documents.find(({ length }) => length > 20)!.slice();
    const after = before.slice();
    after[10] = before[10] === 120 ? 97 : 120;
    const scores: Float64Array[] = [];
    for await (const { tokens } of classifier.score([before, after])) scores.push(tokens);
    expect(scores[1][9]).not.toBe(scores[0][9]);
    expect(scores[1][11]).not.toBe(scores[0][11]);
  });

  it("gives end-of-text and an empty document the score 0", async () => {
    const { out, classifier } = opened;
    const { endOfText } = loadTokenizer(out).specials;
    for await (const { tokens, probability } of classifier.score([Uint32Array.of(endOfText)])) {
      expect([...tokens]).toEqual([0]);
      expect(probability).toBe(0);
    }
  });
});
