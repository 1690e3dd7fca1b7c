import { describe, expect, it } from "vitest";
import { Grader } from "./grade.js";

describe("grading", () => {
  it("computes precision, recall, F1 and shares", () => {
    const grader = new Grader();
    for (const [predicted, actual, times] of [
      [true, true, 3],
      [true, false, 1],
      [false, true, 2],
      [false, false, 4],
    ] as const)
      for (let index = 0; index < times; index++) grader.add(predicted, actual);
    const { precision, recall, f1, ...rest } = grader.grade();
    expect([precision, recall]).toEqual([0.75, 0.6]);
    expect(f1).toBeCloseTo((2 * 0.75 * 0.6) / (0.75 + 0.6), 12);
    expect(rest).toEqual({ count: 10, prevalence: 0.5, labelled: 0.4 });
  });
  it("is zero, not NaN, when there is nothing", () => {
    expect(Object.values(new Grader().grade()).every((value) => value === 0)).toBe(true);
  });
});
