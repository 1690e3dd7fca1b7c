import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { nucleus, sample } from "./sampling.js";

const none = new Set<number>();
/** Probabilities 0.1, 0.4, 0.2, 0.3 at temperature 1. */
const logits = Float32Array.from([0.1, 0.4, 0.2, 0.3], Math.log);

describe("the nucleus", () => {
  it.each([
    [0.3, [1]],
    [0.41, [1, 3]],
    [0.69, [1, 3]],
    [0.71, [1, 3, 2]],
    [0.95, [1, 3, 2, 0]],
  ])("of mass %d is the fewest likeliest tokens that hold it", (topP, expected) => {
    const { ids, probabilities } = nucleus(logits, { temperature: 1, topP }, none);
    expect([...ids]).toEqual(expected);
    const mass = expected.reduce((sum, id) => sum + [0.1, 0.4, 0.2, 0.3][id], 0);
    expected.forEach((id, i) => {
      expect(probabilities[i]).toBeCloseTo([0.1, 0.4, 0.2, 0.3][id] / mass, 6);
    });
  });

  it("is taken after the temperature, of what is not banned", () => {
    // At temperature 1/2 probabilities are squared: 0.01, 0.16, 0.04, 0.09 of 0.3.
    const cold = nucleus(logits, { temperature: 0.5, topP: 1 }, none);
    expect(cold.probabilities[0]).toBeCloseTo(0.16 / 0.3, 6);
    const { ids, probabilities } = nucleus(logits, { temperature: 1, topP: 0.6 }, new Set([1]));
    expect([...ids]).toEqual([3, 2]);
    expect(probabilities[0]).toBeCloseTo(0.6, 6);
  });

  it("holds one token however small the mass, and the lowest id of equals", () => {
    const { ids } = nucleus(Float32Array.of(1, 1, 1), { temperature: 1, topP: 1e-9 }, none);
    expect([...ids]).toEqual([0]);
  });
});

describe("a draw", () => {
  it("comes as often as the model says", () => {
    const rng = random(1, "sampling test");
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sample(logits, { temperature: 1, topP: 0.8 }, none, rng)]++;
    // Of 0.4, 0.3, 0.2 with 0.1 cut off; five standard deviations are 0.018.
    for (const [id, share] of [
      [0, 0],
      [1, 4 / 9],
      [2, 2 / 9],
      [3, 3 / 9],
    ])
      expect(Math.abs(counts[id] / 20_000 - share)).toBeLessThan(0.018);
  });

  it("at temperature 0 is the likeliest that is not banned", () => {
    const sampling = { temperature: 0, topP: 1 };
    expect(sample(logits, sampling, none, random(1, "unused"))).toBe(1);
    expect(sample(logits, sampling, new Set([1, 3]), random(1, "unused"))).toBe(2);
  });
});
