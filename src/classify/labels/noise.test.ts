import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { UNKNOWN_LABEL } from "../../label/index.js";
import { errorAfterFlips, flipLabels } from "./noise.js";

const SEED = 4;

/** Synthetic truth, and labels that agree with it at an accuracy, of documents of 1000 tokens. */
function synthetic(accuracy: number, documents = 200) {
  const draw = random(SEED, "synthetic labels");
  return Array.from({ length: documents }, (_, index) => {
    const truth = Uint8Array.from({ length: 1000 }, () => (draw.uniform() < 0.2 ? 1 : 0));
    const labels = truth.map((label) => (draw.uniform() < accuracy ? label : 1 - label));
    return { id: `d${index}`, truth, labels };
  });
}

describe(`label noise, on synthetic labels (seed ${SEED})`, () => {
  it.each([
    [0.89, 0],
    [0.89, 0.15],
    [0.89, 0.45],
    [0.89, 0.9],
    [0.97, 0.3],
    [0.6, 1],
  ])("measured, gives labels of accuracy %d flipped at %d the error of the formula within half a point", (a, rate) => {
    let [wrong, tokens, right] = [0, 0, 0];
    for (const { id, truth, labels } of synthetic(a)) {
      const noisy = flipLabels(id, { tokens: labels, document: 0 }, new Uint8Array(1000), { rate, seed: SEED });
      for (const [token, label] of truth.entries()) {
        if (noisy.tokens[token] !== label) wrong++;
        if (labels[token] === label) right++;
        tokens++;
      }
    }
    expect(Math.abs(wrong / tokens - errorAfterFlips(right / tokens, rate))).toBeLessThan(0.005);
    // Written out: right labels that are flipped, and wrong ones that are not.
    expect(errorAfterFlips(a, rate)).toBeCloseTo(a * rate + (1 - a) * (1 - rate), 12);
  });

  it("flips the same tokens of a document whatever else there is, and others with another seed", () => {
    const [{ id, labels }] = synthetic(1);
    const flips = (tokens: Uint8Array, seed = SEED, of = id) =>
      flipLabels(of, { tokens, document: 1 }, new Uint8Array(tokens.length), { rate: 0.3, seed }).tokens.map(
        (label, token) => (label === tokens[token] ? 0 : 1),
      );
    expect(flips(labels)).toEqual(flips(labels));
    expect(flips(labels.map((label) => 1 - label))).toEqual(flips(labels));
    expect(flips(labels.subarray(0, 100))).toEqual(flips(labels).subarray(0, 100));
    expect(flips(labels, SEED + 1)).not.toEqual(flips(labels));
    expect(flips(labels, SEED, "another")).not.toEqual(flips(labels));
  });

  it("leaves special tokens and unknown labels alone, and flips documents as often as tokens", () => {
    const tokens = Uint8Array.of(UNKNOWN_LABEL, 0, 1);
    const flipped = flipLabels("d", { tokens, document: UNKNOWN_LABEL }, Uint8Array.of(0, 1, 0), { rate: 1, seed: 1 });
    expect(flipped).toEqual({ tokens: Uint8Array.of(UNKNOWN_LABEL, 0, 0), document: UNKNOWN_LABEL });
    const documents = Array.from({ length: 4000 }, (_, i) => {
      const none = { tokens: new Uint8Array(0), document: 1 };
      return flipLabels(`d${i}`, none, new Uint8Array(0), { rate: 0.3, seed: SEED }).document;
    });
    expect(documents.filter((label) => label === 0).length / 4000).toBeCloseTo(0.3, 1);
  });
});
