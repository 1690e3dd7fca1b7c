import { describe, expect, it } from "vitest";
import { requireSameSizes, type SeriesModel } from "./series.js";

const model = (arm: string, size: string, parameters: number): SeriesModel => {
  return { arm, method: "mask", size, parameters, path: "" };
};
const models = [model("baseline", "16x1", 74_000), model("mask", "16x1", 74_000), model("mask", "64x2", 364_000)];

describe("results of an earlier command", () => {
  it("belong to a series of the same sizes and parameters, whatever the order", () => {
    const cells = [models[2], models[1], { size: "16x1", parameters: 74_000 }];
    expect(() => requireSameSizes("r.json", cells, { models })).not.toThrow();
  });

  it("are refused when they are of other sizes, of fewer, or of other parameters", () => {
    const refused = /r\.json is of other models .*It has: 16x1 \(74,000 parameters\)\. The study has: 16x1 .*; 64x2/;
    expect(() => requireSameSizes("r.json", [models[0]], { models })).toThrow(refused);
    const otherVocabulary = [models[0], { size: "64x2", parameters: 400_000 }];
    expect(() => requireSameSizes("r.json", otherVocabulary, { models })).toThrow("64x2 (400,000 parameters)");
    expect(() => requireSameSizes("r.json", [], { models })).toThrow("It has: none");
  });
});
