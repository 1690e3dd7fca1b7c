import { describe, expect, it } from "vitest";
import { learningRate } from "./schedule.js";

describe("the schedule", () => {
  const schedule = { peak: 1, steps: 100 };
  it("rises over the first tenth, peaks, and ends at a tenth", () => {
    expect(learningRate(0, schedule)).toBeCloseTo(1 / 11);
    expect(learningRate(9, schedule)).toBeCloseTo(10 / 11);
    expect(learningRate(10, schedule)).toBe(1);
    expect(learningRate(55, schedule)).toBeCloseTo(0.55);
    expect(learningRate(100, schedule)).toBeCloseTo(0.1);
    expect(learningRate(500, schedule)).toBeCloseTo(0.1);
  });
  it("works for a single step without warm-up", () => {
    expect(learningRate(0, { peak: 0.5, steps: 1 })).toBe(0.5);
  });
});
