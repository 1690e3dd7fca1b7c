import { describe, expect, it } from "vitest";
import { apart, decadesOf, roomForLabels } from "./axes.js";

describe("apart", () => {
  it("labels neighbours only where there is room, and always the largest", () => {
    expect(apart([1, 2.4, 4.7, 18])).toEqual([1, 4.7, 18]);
    expect(apart([1, 10, 100, 1000])).toEqual([1, 10, 100, 1000]);
    expect(apart([17, 18])).toEqual([17, 18]);
  });

  it("goes by the room a label needs", () => {
    expect(apart([1, 10, 100, 1000], 0.7)).toEqual([1, 1000]);
    expect(apart([1, 10, 100, 1000], 0.4)).toEqual([10, 1000]);
  });
});

describe("room for labels", () => {
  it("is as many pixels as were asked for, whatever the axis spans", () => {
    for (const decades of [0.3, 2, 7]) {
      const total = decades + roomForLabels(decades, 120, 400);
      expect(decadesOf(120, total, 400)).toBeCloseTo(total - decades, 9);
    }
  });
});
