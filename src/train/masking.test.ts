import { describe, expect, it } from "vitest";
import { MASK_SHARE, maskedBatchOf } from "./masking.js";
import { planTraining } from "./plan.js";
import { END, SPECIALS, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";

const corpus = syntheticCorpus(900);
const stream = syntheticStream(corpus, "none");
const masking = { id: SPECIALS.vocabularySize, specials: new Set(Object.values(SPECIALS.specials)), seed: 3 };
const [context, rows] = [64, 8];
const plan = planTraining(stream, stream, undefined, {
  ...{ context, batch: rows, seed: 3, tokens: 40 * context * rows, budget: "raw", masking },
});
const batches = Array.from({ length: plan.steps }, (_, step) => plan.batchAt(step));

describe("masking, on synthetic letters (seed 3)", () => {
  it("replaces 15 % of the ordinary tokens, within half a percent, and no special one", () => {
    let [ordinary, masked] = [0, 0];
    for (const { tokens, targets } of batches) {
      for (const [i, target] of targets.entries()) {
        if (target === END) expect(tokens[i]).toBe(END);
        else ordinary++;
        if (tokens[i] === masking.id) masked++;
      }
    }
    expect(ordinary).toBeGreaterThan(15_000);
    expect(Math.abs(masked / ordinary - MASK_SHARE)).toBeLessThan(0.005);
    expect(MASK_SHARE).toBe(0.15);
  });

  it("has a mask token that no text and no special token is", () => {
    expect(corpus.tokens.includes(masking.id)).toBe(false);
    expect(Object.values(SPECIALS.specials)).not.toContain(masking.id);
  });

  it("asks for the original token at masked positions, and for nothing elsewhere", () => {
    for (const { tokens, targets, lossMask } of batches) {
      expect([...lossMask]).toEqual(Array.from(tokens, (id) => (id === masking.id ? 1 : 0)));
      for (const [i, id] of tokens.entries()) if (id !== masking.id) expect(targets[i]).toBe(id);
      expect(targets.includes(masking.id)).toBe(false);
    }
  });

  it("draws other masks at every step and the same ones for the same step", () => {
    const windows = Uint32Array.of(0, 1);
    const at = (draw: string) => maskedBatchOf(stream, context, windows, masking, draw).tokens;
    expect(at("step 1")).toEqual(at("step 1"));
    expect(at("step 1")).not.toEqual(at("step 2"));
  });

  it("never trains a forget token under a policy, masked or not", () => {
    const filtered = syntheticStream(corpus, "remove");
    const { targets, lossMask } = maskedBatchOf(filtered, context, Uint32Array.of(0, 1, 2, 3), masking, "step 1");
    const trained = [...targets].filter((_, i) => lossMask[i] === 1);
    expect(trained.length).toBeGreaterThan(5);
    for (const id of trained) expect(id).toBeGreaterThanOrEqual(97);
  });

  it("counts masked tokens as the effective ones", () => {
    expect(plan.effectiveTokensAt(2)).toBe(batches[2].lossMask.reduce((sum, one) => sum + one, 0));
  });
});
