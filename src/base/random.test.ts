import { describe, expect, it } from "vitest";
import { random } from "./random.js";

describe("random", () => {
  it("repeats itself for the same seed and purpose, and only then", () => {
    const draw = (seed: number, purpose: string) => Array.from({ length: 4 }, random(seed, purpose).uniform);
    expect(draw(1, "a")).toEqual(draw(1, "a"));
    expect(draw(1, "a")).not.toEqual(draw(1, "b"));
    expect(draw(1, "a")).not.toEqual(draw(2, "a"));
  });

  it("draws normals of mean 0 and variance 1", () => {
    const { normal } = random(7, "moments");
    const values = Array.from({ length: 20_000 }, normal);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it("permutes: every index once, and every place reachable", () => {
    const source = random(3, "permutation");
    expect([...source.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const firsts = new Set(Array.from({ length: 200 }, () => source.permutation(5)[0]));
    expect(firsts.size).toBe(5);
  });
});
