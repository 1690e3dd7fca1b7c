import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { bootstrap, type LossTable, meanLosses, percentileInterval, quantile } from "./bootstrap.js";

/** Synthetic losses: `documents` documents of 50 tokens, mean `mean`, spread between documents `spread`. */
function syntheticTable(documents: number, mean: number, spread: number, seed: number, shift = 0): LossTable {
  const rng = random(seed, "synthetic losses");
  const count = new Float64Array(documents).fill(50);
  return {
    ...{ documents, measures: 1, count },
    lossSum: count.map((tokens) => tokens * (mean + spread * rng.normal() + shift)),
  };
}

/** Resampled values of one quantity, and its interval. */
function resample(
  runs: readonly LossTable[],
  derive: (losses: readonly Float64Array[]) => number,
  { seed = 1, noise = () => new Float64Array([1]) }: { seed?: number; noise?: () => Float64Array } = {},
) {
  const draws = bootstrap(runs, derive, { resamples: 1000, rng: random(seed, "bootstrap test"), noise });
  return { draws, interval: percentileInterval(Float64Array.from(draws))! };
}

describe("bootstrap", () => {
  it("has the width sampling theory gives for a mean", () => {
    const table = syntheticTable(400, 4, 1, 7);
    const { low, high } = resample([table], (losses) => losses[0][0]).interval;
    const expected = (2 * 1.96) / Math.sqrt(400);
    expect((low + high) / 2).toBeCloseTo(meanLosses(table)[0], 1);
    expect(high - low).toBeGreaterThan(0.85 * expected);
    expect(high - low).toBeLessThan(1.15 * expected);
  });

  it("draws the same documents for every model, so that a constant difference has no spread", () => {
    const runs = [0, 0.5].map((shift) => syntheticTable(100, 4, 1, 7, shift));
    const { low, high } = resample(runs, (losses) => losses[1][0] - losses[0][0]).interval;
    expect(low).toBeCloseTo(0.5, 9);
    expect(high).toBeCloseTo(0.5, 9);
  });

  it("moves every run by a draw of the noise of its own", () => {
    const rng = random(3, "noise");
    const noise = () => new Float64Array([Math.exp(0.1 * rng.normal())]);
    const runs = [0, 0].map(() => syntheticTable(100, 4, 0.01, 7));
    const { low, high } = resample(runs, (losses) => Math.log(losses[1][0] / losses[0][0]), { noise }).interval;
    const expected = 2 * 1.96 * 0.1 * Math.SQRT2;
    expect(high - low).toBeGreaterThan(0.85 * expected);
    expect(high - low).toBeLessThan(1.15 * expected);
  });

  it("is the same for the same seed and another for another", () => {
    const run = (seed: number) => resample([syntheticTable(50, 4, 1, 3)], (losses) => losses[0][0], { seed }).draws;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("gives no interval when a quantity often does not exist", () => {
    expect(percentileInterval(Float64Array.from({ length: 100 }, (_, i) => (i % 10 ? 1 : Number.NaN)))).toBeNull();
  });

  it("takes quantiles of values that end in infinities", () => {
    const values = Float64Array.from([1, 2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([quantile(values, 0), quantile(values, 1)]).toEqual([1, Number.POSITIVE_INFINITY]);
  });
});
