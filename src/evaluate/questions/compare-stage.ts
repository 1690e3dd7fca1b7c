/** @file The `compare` stage: what one model lost against another on the same questions. */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { defineStage } from "../../base/stage.js";
import { readAnswers } from "./answers.js";
import { type Comparison, compareAnswers } from "./compare.js";

export const CompareOptions = z.object({
  first: z.string().describe("answers to compare with, e.g. the baseline's (npx lacuna questions)"),
  second: z.string().describe("answers of the other model to the same questions, e.g. a filtered one's"),
  forget: z.array(z.string()).default([]).describe("groups that test what is to be forgotten, e.g. mmlu/medical"),
  retain: z.array(z.string()).default([]).describe("groups that test what is to stay, e.g. mmlu/biology"),
  seed: z.int().default(1).describe("seed of the permutations"),
});

export const compareStage = defineStage({
  name: "compare",
  summary: "Test what one model lost against another, question by question",
  why: "Paired differences see far smaller changes than two accuracies side by side",
  examples: [
    "npx lacuna compare --first answers-baseline --second answers-mask --out compared",
    "npx lacuna compare --first answers-baseline --second answers-mask --forget mmlu/medical --retain mmlu/biology --out compared-sides",
  ],
  version: 1,
  options: CompareOptions,
  inputs: ["first", "second"],
  async run({ first, second, forget, retain, seed }): Promise<Comparison> {
    const [before, after] = [readAnswers(first), readAnswers(second)];
    const unknown = [...forget, ...retain].find((name) => !before.some(({ group }) => group === name));
    if (unknown !== undefined) {
      const names = [...new Set(before.map(({ group }) => group))].sort().join(", ");
      throw new UserError(`${first} has no group "${unknown}". Its groups: ${names}.`);
    }
    return compareAnswers(before, after, { seed, forget, retain });
  },
});
