import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { differenceTest, meanOf, pairedTest, rate, studentT } from "./statistics.js";

describe("rate", () => {
  it("has the binomial standard error and Wilson's interval", () => {
    // scipy.stats.binomtest(3, 12).proportion_ci(method="wilson")
    const figure = rate(3, 12)!;
    expect(figure.value).toBe(0.25);
    expect(figure.standardError).toBeCloseTo(0.125, 12);
    expect(figure.low).toBeCloseTo(0.0889, 4);
    expect(figure.high).toBeCloseTo(0.5323, 4);
    expect(rate(0, 5)).toMatchObject({ value: 0, low: 0 });
    expect(rate(5, 5)).toMatchObject({ value: 1, high: 1 });
    expect(rate(0, 0)).toBeNull();
  });
});

describe("Student's t", () => {
  it("has the 0.975 quantiles of SciPy", () => {
    const known = { 1: 12.706205, 2: 4.302653, 11: 2.200985, 12: 2.178813, 20: 2.085963, 60: 2.000298 };
    for (const [freedom, quantile] of Object.entries(known))
      expect(Math.abs(studentT(Number(freedom)) - quantile)).toBeLessThan(2e-4);
  });
});

describe("paired test", () => {
  it("agrees with all sign flips enumerated", () => {
    const differences = [0.3, -0.1, 0.5, 0.2, 0.4, -0.2, 0.1, 0.6];
    const observed = Math.abs(differences.reduce((a, b) => a + b));
    let asFar = 0;
    for (let signs = 0; signs < 256; signs++) {
      const sum = differences.reduce((total, d, i) => total + (signs & (1 << i) ? d : -d), 0);
      if (Math.abs(sum) >= observed - 1e-12) asFar++;
    }
    const test = pairedTest(differences, 1)!;
    expect(test.value).toBeCloseTo(0.225, 12);
    expect(test.p).toBeCloseTo(asFar / 256, 1);
    expect(Math.abs(test.p - asFar / 256)).toBeLessThan(0.01);
  });

  it("finds nothing in no difference, and a small constant one at the smallest p there is", () => {
    expect(pairedTest([0, 0, 0, 0], 1)!.p).toBe(1);
    expect(
      pairedTest(
        Array.from({ length: 40 }, () => 0.01),
        1,
      )!.p,
    ).toBe(1 / 10_000);
    expect(pairedTest([1], 1)).toBeNull();
  });

  it("rejects at 5 % about 5 % of the time when there is no difference (seed 3)", () => {
    const draw = random(3, "no difference");
    let rejected = 0;
    for (let study = 0; study < 400; study++) {
      const differences = Array.from({ length: 30 }, () => draw.normal());
      if (pairedTest(differences, study, 199)!.p <= 0.05) rejected++;
    }
    expect(rejected).toBeGreaterThan(8);
    expect(rejected).toBeLessThan(35);
  });
});

describe("difference of two sets", () => {
  it("keeps its level when the variances differ, and sees a difference that is there (seed 4)", () => {
    const draw = random(4, "two sets");
    const set = (count: number, mean: number, sd: number) =>
      Array.from({ length: count }, () => mean + sd * draw.normal());
    let rejected = 0;
    for (let study = 0; study < 200; study++) {
      if (differenceTest(set(15, 0, 3), set(45, 0, 1), study, 199)!.p <= 0.05) rejected++;
    }
    expect(rejected).toBeLessThan(22);
    const test = differenceTest(set(60, -1, 2), set(60, 0, 1), 1)!;
    expect(test.value).toBeCloseTo(-1, 0);
    expect(test.p).toBeLessThan(0.01);
  });

  it("gives the mean its interval", () => {
    expect(meanOf([1, 2, 3, 4])).toMatchObject({ value: 2.5, count: 4 });
    expect(meanOf([1, 2, 3, 4])!.standardError).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
    expect(meanOf([1])).toBeNull();
  });
});
