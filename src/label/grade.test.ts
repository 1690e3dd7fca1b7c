import { describe, expect, it } from "vitest";
import { Grader, gradeLabels } from "./grade.js";

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

describe("grading labels of a split", () => {
  it("leaves tokens without a domain out, and grades documents by the share of their tokens", () => {
    const truth = { domains: ["medical", "general"], labels: Uint8Array.of(0, 0, 1, 255, 1, 1, 0, 255) };
    const labels = { tokens: Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 0), documents: Uint8Array.of(1, 1) };
    const grades = gradeLabels(labels, truth, ["a", "b"], [4, 4], ["medical"], 0.5);
    expect(grades.tokens).toMatchObject({ count: 6, precision: 2 / 3, recall: 2 / 3 });
    expect(grades.documents).toMatchObject({ count: 2, precision: 0.5, recall: 1 });
    expect(grades.sources?.a).toMatchObject({ precision: 1, recall: 0.5 });
    expect(grades.sources?.b).toMatchObject({ precision: 0.5, recall: 1 });
  });
});
