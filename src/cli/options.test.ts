import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NO_TEXT } from "../base/no-text.js";
import type { Stage } from "../base/stage.js";
import { addStageOptions, numberOf } from "./options.js";

const stage = {
  name: "example",
  inputs: ["tokens"],
  options: z.object({
    tokens: z.string().describe("folder"),
    method: z.enum(["mask", "remove"]).default("mask"),
    tokensPerParameter: z.number().default(20),
    strengths: z.array(z.number()).default([1, 10]),
    grow: z.boolean().default(true).describe("grow seeds"),
    files: z.array(z.string()).optional(),
    noText: NO_TEXT,
  }),
} as unknown as Stage;

/** Parses as the real command line does, but throws instead of exiting. */
function parse(...words: string[]): Record<string, unknown> {
  const command = addStageOptions(new Command("example"), stage).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: "user" }).opts();
}

describe("options from a stage's schema", () => {
  it("gives every field its flag, default and type", () => {
    expect(parse("--tokens", "t")).toEqual({
      tokens: "t",
      method: "mask",
      tokensPerParameter: 20,
      strengths: [1, 10],
      grow: true,
    });
  });

  it("reads numbers, lists and switches", () => {
    const given = parse(
      "--tokens",
      "t",
      "--strengths",
      "0.5",
      "2",
      "--no-grow",
      "--tokens-per-parameter",
      "1e3",
      "--files",
      "a",
      "b",
    );
    expect(given).toMatchObject({ strengths: [0.5, 2], grow: false, tokensPerParameter: 1000, files: ["a", "b"] });
  });

  it("takes --no-text for itself, not for the opposite of a --text, and leaves no trace of it otherwise", () => {
    expect(parse("--tokens", "t", "--no-text").noText).toBe(true);
    expect(parse("--tokens", "t")).not.toHaveProperty("noText");
  });

  it.each([
    ["a missing required option", ["--method", "mask"], "--tokens"],
    ["a value outside an enum", ["--tokens", "t", "--method", "drop"], "mask, remove"],
    ["a word where a number belongs", ["--tokens", "t", "--tokens-per-parameter", "many"], "must be a number"],
    [
      "a misspelt option, with the right one",
      ["--tokens", "t", "--tokens-per-paramter", "3"],
      "--tokens-per-parameter",
    ],
  ])("refuses %s", (_name, words, says) => {
    expect(() => parse(...words)).toThrow(says);
  });
});

describe("numberOf", () => {
  it("takes separators and exponents, and nothing that is not a number", () => {
    expect([numberOf("1_000"), numberOf("2e6")]).toEqual([1000, 2e6]);
    expect(() => numberOf("")).toThrow();
    expect(() => numberOf("12k")).toThrow();
  });
});
