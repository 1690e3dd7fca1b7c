import { describe, expect, it } from "vitest";
import { agreementOf } from "./agreement.js";

const repeated = (...runs: [count: number, first: number, second: number][]) => {
  const all = runs.flatMap(([count, first, second]) => Array.from({ length: count }, () => [first, second]));
  return [all.map(([first]) => first), all.map(([, second]) => second)] as const;
};

describe("agreement of two judges", () => {
  it("is Cohen's kappa: his textbook table of 50 grants gives 0.4", () => {
    const [first, second] = repeated([20, 1, 1], [5, 1, 0], [10, 0, 1], [15, 0, 0]);
    const agreement = agreementOf(first, second);
    expect(agreement).toMatchObject({ both: 20, first: 5, second: 10, neither: 15, unknown: 0 });
    expect(agreement.kappa).toBeCloseTo(0.4, 12);
  });
  it("is 1 when they always agree, 0 when one follows chance, below 0 when they contradict each other", () => {
    expect(agreementOf([1, 0, 1], [1, 0, 1]).kappa).toBe(1);
    expect(agreementOf([1, 1, 0, 0], [1, 0, 1, 0]).kappa).toBe(0);
    expect(agreementOf([1, 0], [0, 1]).kappa).toBe(-1);
  });
  it("leaves unknowns out of table and kappa, and counts them", () => {
    const agreement = agreementOf([1, 0, 255, 1, 255], [1, 0, 1, 255, 255]);
    expect(agreement).toEqual({ both: 1, first: 0, second: 0, neither: 1, unknown: 3, kappa: 1 });
  });
  it("is not defined where chance alone agrees always", () => {
    expect(agreementOf([0, 0], [0, 0]).kappa).toBeNull();
    expect(agreementOf([255], [1]).kappa).toBeNull();
  });
});
