import { describe, expect, it } from "vitest";
import { gapBetween, geometricMean, pooledSpread, trendOf } from "./statistics.js";

describe("tokens to recover over seeds", () => {
  // Deviations -1, 0, 1 and -2, 0, 2: sums of squares 2 and 8 over 2 + 2 degrees of freedom.
  const [a, b] = [
    [1, 2, 3],
    [4, 6, 8],
  ];
  const spread = pooledSpread([a, b, [5]]);

  it("pool the variance within cells; a single seed adds nothing", () => {
    expect(spread).toEqual({ variance: 2.5, freedom: 4 });
    expect(pooledSpread([[5], [6]]).freedom).toBe(0);
  });

  it("have a geometric mean and a gap with Student's interval", () => {
    const { value, low, high } = geometricMean(a, spread);
    expect(value).toBeCloseTo(Math.exp(2), 10);
    expect(Math.log(high!) - 2).toBeCloseTo(2.7764 * Math.sqrt(2.5 / 3), 4);
    expect(Math.log(high!) - 2).toBeCloseTo(2 - Math.log(low!), 10);
    const gap = gapBetween(b, a, spread);
    expect(gap.value).toBeCloseTo(Math.exp(4), 8);
    expect(Math.log(gap.low!)).toBeCloseTo(4 - 2.7764 * Math.sqrt((2.5 * 2) / 3), 4);
  });

  it("have no interval when nothing says how they vary", () => {
    expect(geometricMean([3], pooledSpread([[3]]))).toEqual({ value: Math.exp(3), low: null, high: null });
  });

  it("give a trend per tenfold parameters, whose interval is the scatter about the line", () => {
    const line = [1e5, 1e6, 1e7].map((parameters, i) => ({ parameters, gap: 3 * 2 ** i }));
    const exact = trendOf(line)!;
    expect(exact.value).toBeCloseTo(2, 8);
    expect(exact.low).toBeCloseTo(2, 5);
    const bent = trendOf(line.with(1, { parameters: 1e6, gap: 12 }))!;
    expect(bent.value).toBeCloseTo(2, 8);
    // The middle point is ln 2 off: residuals (-1, 2, -1) ln 2 / 3, sum of squares 6 (ln 2 / 3)^2, over 1 and Sxx 2.
    expect(Math.log(bent.high! / bent.value!)).toBeCloseTo(12.7062 * Math.sqrt(3) * (Math.log(2) / 3), 4);
    expect(trendOf(line.slice(1))).toBeNull();
  });
});
