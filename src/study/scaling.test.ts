import { describe, expect, it } from "vitest";
import { fitPowerLaw, matchByFit, matchByInterpolation } from "./scaling.js";

/** Synthetic power law: loss = 60 * compute^-0.1. */
const lossAt = (compute: number) => 60 * compute ** -0.1;
const baseline = [1e12, 1e13, 1e14, 1e15].map((compute) => ({ compute, loss: lossAt(compute) }));

describe("loss-matched compute", () => {
  it("recovers a known 30x slowdown from a synthetic power law, by both methods", () => {
    const filtered = { compute: 3e14, loss: lossAt(1e13) };
    for (const match of [
      matchByFit(fitPowerLaw(baseline), filtered.loss),
      matchByInterpolation(baseline, filtered.loss),
    ]) {
      expect(filtered.compute / match!.compute).toBeCloseTo(30, 6);
      expect(match!.extrapolated).toBe(false);
    }
  });

  it("reports slope, R2 and residual of the fit", () => {
    const exact = fitPowerLaw(baseline);
    expect(exact.slope).toBeCloseTo(-0.1, 10);
    expect(exact.r2).toBeCloseTo(1, 10);
    const bent = fitPowerLaw(baseline.map((point, i) => ({ ...point, loss: point.loss * (i % 2 ? 1.02 : 0.98) })));
    expect(bent.r2).toBeLessThan(1);
    expect(bent.residual).toBeGreaterThan(0.01);
  });

  it("flags a match outside the measured range and extends the nearest segment there", () => {
    for (const compute of [1e10, 1e17]) {
      const fit = matchByFit(fitPowerLaw(baseline), lossAt(compute))!;
      const segments = matchByInterpolation(baseline, lossAt(compute))!;
      expect([fit.extrapolated, segments.extrapolated]).toEqual([true, true]);
      expect(segments.compute / compute).toBeCloseTo(1, 6);
    }
  });

  it("interpolates exactly at the knots, also where the baseline is no straight line", () => {
    const bent = [5.5, 4.6, 4.1, 4.0].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    for (const point of bent) {
      const match = matchByInterpolation(bent, point.loss)!;
      expect(match.compute / point.compute).toBeCloseTo(1, 9);
      expect(match.extrapolated).toBe(false);
    }
  });

  it("pools runs whose loss does not fall instead of giving up or inverting a rising curve", () => {
    const noisy = [5, 4, 4.2, 3].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    const low = matchByInterpolation(noisy, 4.05)!.compute;
    const high = matchByInterpolation(noisy, 4.5)!.compute;
    expect(low).toBeGreaterThan(high);
    expect(low).toBeLessThan(1e15);
  });

  it("has no answer for a baseline that learns nothing", () => {
    const flat = [4, 4, 4].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    expect(matchByInterpolation(flat, 4)).toBeNull();
    expect(matchByFit(fitPowerLaw(flat), 4)).toBeNull();
  });
});
