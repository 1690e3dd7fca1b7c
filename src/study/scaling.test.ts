import { describe, expect, it } from "vitest";
import { computeOnLine, fitPowerLaw } from "./scaling.js";

/** A power law: loss = 60 * compute^-0.1. */
const lossAt = (compute: number) => 60 * compute ** -0.1;
const baseline = [1e12, 1e13, 1e14, 1e15].map((compute) => ({ compute, loss: lossAt(compute) }));

describe("the line through baselines", () => {
  it("gives slope, R2 and residual", () => {
    const exact = fitPowerLaw(baseline);
    expect(exact.slope).toBeCloseTo(-0.1, 10);
    expect(exact.r2).toBeCloseTo(1, 10);
    expect(exact.range).toEqual([1e12, 1e15]);
    const bent = fitPowerLaw(baseline.map((point, i) => ({ ...point, loss: point.loss * (i % 2 ? 1.02 : 0.98) })));
    expect(bent.r2).toBeLessThan(1);
    expect(bent.residual).toBeGreaterThan(0.01);
  });

  it("gives a known slowdown back, inside the baselines and beyond", () => {
    for (const compute of [1e10, 4e13, 1e17])
      expect(computeOnLine(fitPowerLaw(baseline), lossAt(compute)) / compute).toBeCloseTo(1, 6);
  });

  it("has no answer for baselines that learn nothing", () => {
    const flat = [4, 4, 4].map((loss, i) => ({ compute: 10 ** (12 + i), loss }));
    expect(computeOnLine(fitPowerLaw(flat), 4)).toBeNaN();
  });
});
