import { describe, expect, it } from "vitest";
import { EMBEDDING, GptConfig, gptShapes, parameterCount } from "./config.js";
import { initialise, parameterRules } from "./init.js";

const config = (over: Partial<GptConfig> = {}) =>
  GptConfig.parse({ vocabulary: 100, width: 128, layers: 2, heads: 4, context: 16, ...over });

describe("parameter count", () => {
  it("is that of the paper's models", () => {
    const paper = (width: number, layers: number, heads: number) =>
      parameterCount(config({ vocabulary: 100_288, width, layers, heads }));
    expect(paper(128, 2, 4)).toBe(13_230_720);
    expect(paper(448, 7, 8)).toBe(61_794_880);
    expect(paper(2048, 32, 16)).toBe(1_816_135_680);
  });

  it("is the number of values in the parameters", () => {
    const sizes = Object.values(gptShapes(config())).map((shape) => shape.reduce((a, b) => a * b, 1));
    expect(sizes.reduce((a, b) => a + b)).toBe(parameterCount(config()));
  });

  it("refuses heads that rotary embedding cannot turn", () => {
    expect(GptConfig.safeParse({ vocabulary: 9, width: 6, layers: 1, heads: 2, context: 8 }).success).toBe(false);
  });
});

describe("muP", () => {
  const sd = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

  it("starts each kind of parameter as its table says", () => {
    const values = initialise(config({ width: 256, baseWidth: 64, layers: 3 }), 5);
    const relative = (name: string, expected: number) => Math.abs(sd(values[name]) / expected - 1);
    expect(relative(EMBEDDING, 0.02)).toBeLessThan(0.02);
    expect(relative("model.layers.1.self_attn.q_proj.weight", 0.02 / 2)).toBeLessThan(0.02);
    expect(relative("model.layers.1.mlp.up_proj.weight", 0.02 / 2)).toBeLessThan(0.02);
    expect(relative("model.layers.1.self_attn.o_proj.weight", 0.02 / Math.sqrt(2 * 3 * 4))).toBeLessThan(0.02);
    expect(relative("model.layers.1.mlp.down_proj.weight", 0.02 / Math.sqrt(2 * 3 * 4))).toBeLessThan(0.02);
    expect(new Set(values["model.norm.weight"])).toEqual(new Set([1]));
  });

  it("slows matrices by the width multiplier, embedding and gains not; gains do not decay", () => {
    const rules = parameterRules(config({ width: 256, baseWidth: 64 }));
    expect(rules["model.layers.0.mlp.down_proj.weight"]).toMatchObject({ learningRate: 1 / 4, decays: true });
    expect(rules[EMBEDDING]).toMatchObject({ learningRate: 1, decays: true });
    expect(rules["model.norm.weight"]).toMatchObject({ learningRate: 1, decays: false });
  });

  it("gives the same values for the same seed, others for another", () => {
    const small = config({ width: 16, heads: 2 });
    expect(initialise(small, 1)).toEqual(initialise(small, 1));
    expect(initialise(small, 2)).not.toEqual(initialise(small, 1));
  });
});
