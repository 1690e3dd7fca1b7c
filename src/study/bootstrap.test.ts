import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { bootstrap, type LossTable, meanLosses, percentileInterval } from "./bootstrap.js";

/** Synthetic losses: `documents` documents of 50 tokens, mean `mean`, spread between documents `spread`. */
function syntheticTable(documents: number, mean: number, spread: number, seed: number, shift = 0): LossTable {
  const rng = random(seed, "synthetic losses");
  const count = new Float64Array(documents).fill(50);
  return {
    documents,
    measures: 1,
    count,
    lossSum: count.map((tokens) => tokens * (mean + spread * rng.normal() + shift)),
  };
}

const options = (seed = 1) => ({ resamples: 1000, rng: random(seed, "bootstrap test") });

describe("bootstrap", () => {
  it("has the width sampling theory gives for a mean", () => {
    const table = syntheticTable(400, 4, 1, 7);
    const { observed, resampled } = bootstrap([{ group: "S", runs: [table] }], (losses) => [losses[0][0]], options());
    const { low, high } = percentileInterval(resampled[0])!;
    const expected = (2 * 1.96 * 1) / Math.sqrt(400);
    expect(observed[0]).toBe(meanLosses(table)[0]);
    expect(high - low).toBeGreaterThan(0.85 * expected);
    expect(high - low).toBeLessThan(1.15 * expected);
  });

  it("draws the same documents for every model, so that a constant difference has no spread", () => {
    const cells = [0, 0.5].map((shift) => ({ group: "S", runs: [syntheticTable(100, 4, 1, 7, shift)] }));
    const { resampled } = bootstrap(cells, (losses) => [losses[1][0] - losses[0][0]], options());
    const { low, high } = percentileInterval(resampled[0])!;
    expect(low).toBeCloseTo(0.5, 9);
    expect(high).toBeCloseTo(0.5, 9);
  });

  it("widens by the spread between seeds, and keeps arms of one size paired by seed", () => {
    const seeds = [0, 0.4, 0.8];
    const arm = (gap: number) => ({
      group: "S",
      runs: seeds.map((shift) => syntheticTable(100, 4, 0.01, 7, shift + gap)),
    });
    const { resampled } = bootstrap([arm(0), arm(1)], (l) => [l[0][0], l[1][0] - l[0][0]], options());
    const loss = percentileInterval(resampled[0])!;
    const gap = percentileInterval(resampled[1])!;
    expect(loss.high - loss.low).toBeGreaterThan(0.5);
    expect(gap.high - gap.low).toBeLessThan(1e-9);
  });

  it("is the same for the same seed and another for another", () => {
    const run = (seed: number) =>
      bootstrap([{ group: "S", runs: [syntheticTable(50, 4, 1, 3)] }], (l) => [l[0][0]], options(seed)).resampled[0];
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("gives no interval when a quantity often does not exist", () => {
    expect(percentileInterval(Float64Array.from({ length: 100 }, (_, i) => (i % 10 ? 1 : Number.NaN)))).toBeNull();
  });
});
