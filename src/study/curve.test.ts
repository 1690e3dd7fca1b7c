import { describe, expect, it } from "vitest";
import { baselineCurve, computeAt, difference, exactly, lossAt, quotient } from "./curve.js";

/** A power law: loss = 60 * compute^-0.1. */
const lossOf = (compute: number) => 60 * compute ** -0.1;
const points = [1e12, 1e13, 1e14, 1e15].map((compute) => ({ compute, loss: lossOf(compute) }));
const curve = baselineCurve(points);

describe("compute at a loss", () => {
  it("gives a known 30x slowdown of a power law back exactly", () => {
    const matched = computeAt(curve, lossOf(1e13));
    const slowdown = quotient(exactly(3e14), matched);
    expect(slowdown.low).toBe(slowdown.high);
    expect(slowdown.low).toBeCloseTo(30, 9);
  });

  it("is exact between knots of a power law, and at knots of a curve that bends", () => {
    const between = computeAt(curve, lossOf(4.2e13));
    expect(between.low).toBe(between.high);
    expect(between.low / 4.2e13).toBeCloseTo(1, 9);
    const bent = [5.5, 4.6, 4.1, 4.0].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    for (const { compute, loss } of bent) {
      const { low, high } = computeAt(baselineCurve(bent), loss);
      expect([low / compute, high / compute]).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
    }
  });

  it("is half open beyond the ends: smaller than the smallest baseline's, larger than the largest's", () => {
    expect(computeAt(curve, lossOf(1e11))).toEqual({ low: 0, high: expect.closeTo(1e12, -3) });
    expect(computeAt(curve, lossOf(1e17))).toEqual({ low: expect.closeTo(1e15, -3), high: Number.POSITIVE_INFINITY });
    const slowdown = quotient(exactly(1e14), computeAt(curve, lossOf(1e11)));
    expect(slowdown).toEqual({ low: expect.closeTo(100, 6), high: Number.POSITIVE_INFINITY });
  });

  it("ends at a table of token frequencies: above it nothing is read off", () => {
    const ceiling = lossOf(3e12);
    const cut = baselineCurve(points, ceiling);
    expect(computeAt(cut, lossOf(4e12)).low / 4e12).toBeCloseTo(1, 9);
    const above = computeAt(cut, lossOf(2e12));
    expect([above.low, above.high / 3e12]).toEqual([0, expect.closeTo(1, 9)]);
    expect(baselineCurve(points, 0.1)).toEqual([]);
    expect(computeAt([], 4).low).toBeNaN();
  });

  it("pools neighbours whose loss does not fall, instead of inverting a rising curve", () => {
    const noisy = [5, 4, 4.2, 3].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    const pooled = baselineCurve(noisy);
    expect(pooled).toHaveLength(3);
    expect(Math.exp(pooled[1].x) / 10 ** 13.5).toBeCloseTo(1, 9);
    expect(Math.exp(pooled[1].y)).toBeCloseTo(Math.sqrt(4 * 4.2), 9);
    expect(computeAt(pooled, 4.05).low).toBeGreaterThan(computeAt(pooled, 4.5).low);
  });

  it("is unknown where the baselines learned nothing", () => {
    const flat = baselineCurve([4, 4, 4].map((loss, i) => ({ compute: 10 ** (12 + i), loss })));
    const { low, high } = computeAt(flat, 4);
    expect([low, high]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("loss at a compute", () => {
  it("undoes compute at a loss, and is half open where that is", () => {
    const { low, high } = lossAt(curve, computeAt(curve, 3.1));
    expect([low, high]).toEqual([expect.closeTo(3.1, 9), expect.closeTo(3.1, 9)]);
    expect(lossAt(curve, computeAt(curve, lossOf(1e11))).high).toBe(Number.POSITIVE_INFINITY);
    expect(lossAt(curve, computeAt(curve, lossOf(1e17))).low).toBe(0);
  });
});

describe("intervals", () => {
  it("divide and subtract by their far ends", () => {
    expect(quotient({ low: 2, high: 6 }, { low: 1, high: 3 })).toEqual({ low: 2 / 3, high: 6 });
    expect(difference({ low: 2, high: 6 }, { low: 1, high: 3 })).toEqual({ low: -1, high: 5 });
  });
});
