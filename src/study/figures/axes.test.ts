import { describe, expect, it } from "vitest";
import { apart } from "./axes.js";

describe("apart", () => {
  it("labels neighbours only where there is room, and always the largest", () => {
    expect(apart([1, 2.4, 4.7, 18])).toEqual([1, 4.7, 18]);
    expect(apart([1, 10, 100, 1000])).toEqual([1, 10, 100, 1000]);
    expect(apart([17, 18])).toEqual([17, 18]);
  });
});
