import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import {
  classifierStage,
  errorAfterFlips,
  type LabelComparison,
  labelDeriveStage,
  readClassifierFile,
  readLabelled,
} from "../classify/index.js";
import { type SmallPipeline, smallPipeline } from "../classify/testing/small-pipeline.js";
import { UNKNOWN_LABEL } from "../label/index.js";
import { labelClassifierStage } from "./label-stage.js";

type Compared = Record<"train" | "validation" | "test", LabelComparison>;

let root: string;
let paths: SmallPipeline;
/** The weak classifier's labels against those it learned half of. */
let weak: Compared;
const at = (name: string) => join(root, name);
const derive = (name: string, options: object) =>
  runStage(labelDeriveStage, { tokens: paths.tokens, labels: paths.labels, ...options }, at(name));
const classify = async (name: string, labels: string) => {
  const options = {
    kind: "bilm" as const,
    ...paths,
    labels,
    reference: paths.labels,
    maxTokens: 1500,
    layers: [0],
    strengths: [1],
  };
  await runStage(classifierStage, options, at(name));
  return readClassifierFile(at(name));
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  paths = await smallPipeline(root);
  await derive("first", { half: "first" });
  await classify("weak", at("first"));
  const options = { classifier: at("weak"), labels: paths.labels, tokens: paths.tokens };
  weak = (await runStage(labelClassifierStage, options, at("weak-labels"))).result as Compared;
});
afterAll(() => rmSync(root, { recursive: true }));

describe("labels made from labels and by classifiers, on synthetic letters", () => {
  it("carry a weak classifier's decisions on one half of the documents to a strong one that never sees the other", async () => {
    await derive("second", { labels: at("weak-labels"), half: "second" });
    const [first, second] = ["first", "second"].map((name) => readLabelled(at(name), paths.tokens, "train"));
    const halves = [first, second].map(({ documentLabels }) =>
      documentLabels.map((l) => (l === UNKNOWN_LABEL ? 0 : 1)),
    );
    expect(halves[0].map((isIn, document) => isIn + halves[1][document]).every((sum) => sum === 1)).toBe(true);
    for (const { documents, tokenLabels, documentLabels } of [first, second]) {
      let place = 0;
      for (const [index, { length }] of documents.entries()) {
        const isOut = documentLabels[index] === UNKNOWN_LABEL;
        expect(tokenLabels.subarray(place, (place += length)).includes(UNKNOWN_LABEL)).toBe(isOut);
      }
    }
    const strong = await classify("strong", at("second"));
    expect(strong.token.reference!.test.auroc).toBeGreaterThan(0.85);
    // Graded by the rule of the labels they all come from.
    expect(strong.token.truth!.test.rows).toBe(strong.token.quality.test.rows);
    expect(weak.train.tokenAgreement).toBeGreaterThan(0.85);
  });

  it("err after flips as the formula says", async () => {
    const rate = 0.3;
    await derive("noisy", { labels: at("weak-labels"), noise: rate });
    const noisy = readLabelled(at("noisy"), paths.tokens, "train");
    const gold = readLabelled(paths.labels, paths.tokens, "train");
    const wrong = noisy.tokenLabels.filter((label, place) => label !== gold.tokenLabels[place]).length;
    // About 4000 tokens: three standard deviations are 2.2 points; noise.test.ts measures to half a point.
    const expected = errorAfterFlips(weak.train.tokenAgreement!, rate);
    expect(Math.abs(wrong / gold.tokenLabels.length - expected)).toBeLessThan(0.025);
  });

  it("of documents make a token classifier that finds whole documents", async () => {
    await derive("coarse", { coarsen: "document", share: 0.15 });
    const coarse = await classify("on-documents", at("coarse"));
    const { quality, reference } = coarse.token;
    expect(quality.test.prevalence).toBeGreaterThan(reference!.test.prevalence * 1.2);
    expect(reference!.test.auroc).toBeGreaterThan(0.8);
  });
});
