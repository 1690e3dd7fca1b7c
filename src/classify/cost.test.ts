import { describe, expect, it } from "vitest";
import { GptConfig } from "../nn/index.js";
import { scoringFlops } from "./cost.js";

const config = GptConfig.parse({ vocabulary: 100, width: 8, layers: 3, heads: 2, context: 10 });

describe("the cost of a score", () => {
  it("counts every multiply-add of the blocks that are run, written out", () => {
    const projections = 4 * 8 * 8;
    const mlp = 8 * 32 + 32 * 8;
    // A token's query meets each key and its weight each value, 8 numbers each; causally 5 of 10 on average.
    const attention = 2 * 8 * 5;
    const probe = 8;
    const half = 2 * (2 * (projections + mlp + attention) + probe);
    expect(scoringFlops([config, config], 2)).toBe(2 * half);
    expect(scoringFlops([config], 0)).toBe(2 * probe);
    const encoder = { ...config, bidirectional: true };
    expect(scoringFlops([encoder], 1) - scoringFlops([config], 1)).toBe(2 * attention);
  });
});
