import { describe, expect, it } from "vitest";
import {
  classifierConfig,
  classifierCost,
  coreHours,
  gpuHours,
  overlapFactor,
  parametersOf,
  pretrainingFlops,
  SCALE_ASSUMPTIONS,
  storageCost,
} from "./scale.js";

describe("the cost model", () => {
  it("has the parameters of the paper's table", () => {
    const parameters = ["61M", "113M", "224M"].map((name) => parametersOf(classifierConfig(name, 1024)));
    expect(parameters).toEqual([61_794_880, 113_349_760, 224_757_120]);
  });

  it("counts each token once within the context and twice far beyond, with half-overlapping windows", () => {
    const half = { context: 1024, overlap: 0.5 };
    expect(overlapFactor(1000, half)).toBeCloseTo(1.001, 3); // end-of-text before it
    expect(overlapFactor(1_000_000, half)).toBeCloseTo(2, 2);
    expect(overlapFactor(1_000_000, { context: 1024, overlap: 0.25 })).toBeCloseTo(4 / 3, 2);
    expect(overlapFactor(1_000_000, { context: 1024, overlap: 0 })).toBeCloseTo(1, 2);
  });

  it("is 4 FLOPs per block weight and token of a half pair, and a little for attention and overlap", () => {
    const { config, flopsOnce, flopsPerToken } = classifierCost("61M", SCALE_ASSUMPTIONS);
    const matrices = 4 * 12 * config.layers * config.width ** 2;
    expect(flopsOnce / matrices).toBeGreaterThan(1);
    expect(flopsOnce / matrices).toBeLessThan(1 + (2 * 1024) / (12 * config.width)); // full, uncausal attention
    expect(flopsPerToken / flopsOnce).toBeGreaterThan(1);
    expect(flopsPerToken / flopsOnce).toBeLessThan(2);
  });

  it("turns FLOPs into hours of an accelerator and rates into hours of a core", () => {
    expect(gpuHours(989e12 * 0.4 * 3600 * 5, SCALE_ASSUMPTIONS)).toBeCloseTo(5);
    expect(coreHours(7.2e6, 1000)).toBe(2);
    expect(pretrainingFlops(8e9, 1e12)).toBe(4.8e22);
  });

  it("stores one byte per token and the entries of a document", () => {
    const stored = storageCost(1000, 500, { ...SCALE_ASSUMPTIONS, bytesPerToken: 4, compression: 2, idBytes: 11 });
    expect(stored).toEqual({ text: 4000, compressed: 2000, tokenScores: 1000, documents: 2 * 40 });
  });
});
