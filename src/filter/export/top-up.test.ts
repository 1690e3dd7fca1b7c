import { describe, expect, it } from "vitest";
import { copiesOf, passesOf } from "./top-up.js";

describe("copiesOf", () => {
  it("repeats every document floor(rate) times, and the rest of the rate for a seeded share of them", () => {
    const counts = Array.from({ length: 4000 }, (_, at) =>
      copiesOf({ method: "repeat", rate: 1.3, seed: 5 }, `id-${at}`),
    );
    expect(new Set(counts)).toEqual(new Set([2, 3]));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(mean).toBeCloseTo(2.3, 1);
  });

  it("depends on seed and id alone", () => {
    const draw = (seed: number) =>
      Array.from({ length: 64 }, (_, at) => copiesOf({ method: "repeat", rate: 0.5, seed }, `${at}`));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("writes once without a top-up", () => {
    expect(copiesOf({ method: "none", rate: 7, seed: 0 }, "a")).toBe(1);
    expect([
      passesOf({ method: "none", rate: 7, seed: 0 }),
      passesOf({ method: "repeat", rate: 1.3, seed: 0 }),
    ]).toEqual([1, 3]);
  });
});
