import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { random } from "../../base/random.js";
import { defineStage, runStage } from "../../base/stage.js";
import { auroc, rankCurve } from "../../classify/index.js";
import { SPLITS } from "../../corpus/index.js";
import { openStates } from "../../nn/index.js";
import { temporaryFolder } from "../../testing/folder.js";
import { copyTokenizer, NO_DOMAIN, tokenizerFingerprint, writeTokens } from "../../tokens/index.js";
import { END, syntheticModel } from "../testing/synthetic-model.js";
import { readSided } from "./labelled.js";
import { planPassages, readPassages } from "./passages.js";
import { aurocOf, balancedAccuracy, judgeProbe } from "./probe.js";
import { type BoundaryResult, boundaryStage } from "./stage.js";

/**
 * Synthetic documents: capitals are medical, small letters biology. Even documents are nearly all capitals, from one of
 * two sources with letters of its own; odd ones nearly all small.
 */
async function syntheticTokens(folder: string, model: string, { shuffled = false } = {}) {
  const tokens = join(folder, shuffled ? "shuffled" : "tokens");
  const run = async (out: string) => {
    await copyTokenizer(model, out);
    for (const split of SPLITS) {
      const draw = random(9, `boundary ${split}`);
      const ids: number[] = [];
      const offsets = [0];
      const documents: { id: string; source: string }[] = [];
      for (let document = 0; document < 60; document++) {
        const source = document % 2 === 1 ? "small" : document % 4 === 0 ? "first" : "second";
        for (let i = 0; i < 40; i++) {
          const isCapital = draw.integer(20) === 0 ? document % 2 === 1 : document % 2 === 0;
          const letter = (source === "second" ? 13 : 0) + draw.integer(13);
          ids.push((isCapital ? 65 : 97) + letter);
        }
        ids.push(END);
        offsets.push(ids.length);
        documents.push({ id: `${split}-${document}`, source });
      }
      const side = (id: number) => (shuffled ? draw.integer(2) : id < 97 ? 0 : 1);
      const labels = Uint8Array.from(ids, (id) => (id === END ? NO_DOMAIN : side(id)));
      const shard = { tokens: Uint32Array.from(ids), docOffsets: Float64Array.from(offsets), documents };
      const fingerprint = tokenizerFingerprint(out);
      await writeTokens(out, split, { ...shard, fingerprint }, { domains: ["medical", "biology"], labels });
    }
    return {};
  };
  const none = { name: "tokenize", summary: "", why: "", examples: [], version: 1, options: z.object({}), inputs: [] };
  await runStage(defineStage({ ...none, run: (_, { out }) => run(out) }), {}, tokens);
  return tokens;
}

const small = { maxTokens: 1000, passage: 8, passages: 200, strengths: [1] };

describe("npx lacuna boundary", () => {
  it("finds a boundary that is in the tokens, and subdomains that differ", async () => {
    const folder = temporaryFolder();
    // As many numbers as letters, so that any two sets of letters can be told apart linearly.
    const { directory: model } = await syntheticModel(folder, { width: 64 });
    const tokens = await syntheticTokens(folder, model);
    const options = { model, tokens, retain: ["biology"], ...small };
    const { result } = await runStage(boundaryStage, options, join(folder, "out"));
    const { forgetRetain, subdomains, lacking } = result as BoundaryResult;
    expect(forgetRetain).toMatchObject({ from: "truth", rows: 500, documents: 60 });
    expect(forgetRetain.f1.value).toBeGreaterThan(0.95);
    expect(forgetRetain.auroc.value).toBeGreaterThan(0.99);
    expect(forgetRetain.layers.map(({ layer }) => layer)).toEqual([0, 1]);
    expect(lacking).toEqual({});
    expect(subdomains).toHaveLength(1);
    expect(subdomains[0]).toMatchObject({ first: "first", second: "second", documents: 30 });
    expect(subdomains[0].accuracy.value).toBeGreaterThan(0.95);
    const again = await runStage(boundaryStage, options, join(folder, "again"));
    expect(again.result).toEqual(result);
  });

  it("finds none where the sides are drawn by lot, and says which subdomains are too small", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const tokens = await syntheticTokens(folder, model, { shuffled: true });
    const options = { model, tokens, retain: ["biology"], ...small, passage: 39 };
    const { result } = await runStage(boundaryStage, options, join(folder, "out"));
    const { forgetRetain, lacking } = result as BoundaryResult;
    expect(Math.abs(forgetRetain.auroc.value - 0.5)).toBeLessThan(0.1);
    expect(Object.keys(lacking)).not.toEqual([]);
  });

  it("refuses sides that are no domains of the tokens", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const tokens = await syntheticTokens(folder, model);
    const run = runStage(boundaryStage, { model, tokens, retain: ["law"], ...small }, join(folder, "out"));
    await expect(run).rejects.toThrow(/--retain law .*medical, biology/);
  });
});

describe("passages", () => {
  it("are whole stretches of forget documents, and their states the mean over them", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const tokens = await syntheticTokens(folder, model);
    const sided = readSided({ tokens, forget: ["medical"], retain: ["biology"] }, "test");
    const plan = planPassages(sided, (document) => sided.names[document].source, { length: 15, most: 10, seed: 1 });
    expect([...plan.keys()].sort()).toEqual(["first", "second"]);
    const reader = await openStates(model);
    const { states, documents } = await readPassages(reader, sided, plan, [1], 15);
    const { document, start } = plan.get("second")![3];
    expect(documents.get("second")![3]).toBe(document);
    expect(start % 15).toBe(0);
    for await (const read of reader.read([sided.documents[document]], { layers: [1] })) {
      const width = reader.model.config.width;
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let token = start; token < start + 15; token++) sum += read.states[0][token * width + j];
        expect(states.get("second")![0][3 * width + j]).toBeCloseTo(sum / 15, 5);
      }
    }
    await reader.release();
  });
});

describe("quality of a probe", () => {
  it("is F1 at the threshold validation chose, counted over all rows", () => {
    const fitted = {
      ...{ layer: 0, strength: 1, trainRows: 4, candidates: [], calibration: { slope: 1, intercept: 0 } },
      ...{ probe: { weights: Float64Array.of(1), bias: 0 } },
      thresholds: { f1: { threshold: 0.5, f1: 1 }, share: [], recall: [], histograms: { forget: [], retain: [] } },
    };
    const features = Float32Array.of(3, 2, -1, 4, -3, 1);
    const rows = { width: 1, layers: [{ layer: 0, features }], labels: Uint8Array.of(1, 0, 1, 1, 0, 1) };
    // Flagged: 3, 2, 4, 1, of which three of the four forget rows.
    const quality = judgeProbe(fitted, { ...rows, documents: Uint32Array.of(1, 1, 1, 2, 2, 3) }, 1);
    expect(quality.f1.value).toBeCloseTo(6 / 8, 12);
    expect(quality).toMatchObject({ rows: 6, documents: 3 });
  });

  it("is AUROC with an interval over documents, ties counted half", () => {
    const draw = random(5, "auroc");
    const documents = Uint32Array.from({ length: 300 }, (_, row) => Math.floor(row / 10));
    const labels = Uint8Array.from(documents, () => draw.integer(2));
    // Few values, so that many rows tie; rows of a document share a shift, so documents and not rows are what varies.
    const shift = Array.from({ length: 30 }, () => draw.integer(4));
    const logits = Float64Array.from(labels, (label, row) => label + shift[documents[row]] + draw.integer(2));
    const figure = aurocOf(logits, labels, documents, 1);
    expect(figure.value).toBeCloseTo(auroc(rankCurve(logits, labels)), 12);
    expect(figure.count).toBe(30);
    expect(figure.low).toBeLessThan(figure.value);
    expect(figure.high).toBeGreaterThan(figure.value);
    const byRow = aurocOf(logits, labels, Uint32Array.from(labels.keys()), 1);
    expect(figure.value).toBe(byRow.value);
    expect(figure.high - figure.low).not.toBe(byRow.high - byRow.low);
  });

  it("is balanced between classes of unequal size", () => {
    const logits = Float64Array.of(1, 1, 1, -1, -1);
    const labels = Uint8Array.of(1, 1, 0, 1, 0);
    const figure = balancedAccuracy(logits, labels, Uint32Array.of(0, 1, 2, 3, 4), 1);
    expect(figure.value).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
    expect(figure.low).toBeLessThan(figure.value);
    expect(figure.high).toBeGreaterThan(figure.value);
  });
});
