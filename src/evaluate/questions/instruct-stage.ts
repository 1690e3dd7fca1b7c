/**
 * @file The `instruct` stage: a model learns to answer lettered questions with a letter (paper A.3).
 *
 * An example is a question as letter scoring shows it, with the right letter; one position is trained, the letter's, known
 * by where it stands and not by any token's value. Letter scoring without this measures habits of format first.
 */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { defineStage } from "../../base/stage.js";
import { loadTokenizer, type Tokenizer } from "../../tokens/index.js";
import { type Example, loadForward, rowTokens, TuneOptions, tune } from "../../train/index.js";
import { wordsOf } from "../contamination/index.js";
import { letterPrompt } from "./prompts.js";
import { letterOf, type Question } from "./question.js";
import { readQuestions } from "./read.js";

/** A question with its right letter, after an end-of-text; of its tokens the last is trained. */
export function letterExample(question: Question, tokenizer: Tokenizer): Example {
  const ids = tokenizer.encode(`${letterPrompt(question)} ${letterOf(question.answer)}`);
  const tokens = Uint32Array.of(tokenizer.specials.endOfText, ...ids);
  const lossMask = new Uint8Array(tokens.length);
  lossMask[tokens.length - 1] = 1;
  return { tokens, lossMask };
}

export const instructStage = defineStage({
  name: "instruct",
  summary: "Finetune a model to answer lettered questions with a letter",
  why: "Letter scoring asks for a form of answer; this teaches the form, on questions that are not asked later",
  examples: [
    "npx lacuna instruct --model runs/demo/train-mask-40x2-s1 --questions reviews.jsonl --without mmlu.jsonl --out instructed",
    "npx lacuna instruct --model my-model --questions mmlu.jsonl --exclude-categories medical --epochs 3 --out instructed",
  ],
  version: 2,
  options: z.object({
    model: z.string().describe("model directory to start from (npx lacuna pretrain)"),
    questions: z.array(z.string()).min(1).describe("questions to learn the form from"),
    without: z.array(z.string()).default([]).describe("questions that are asked later: the same ones are left out"),
    categories: z
      .array(z.string())
      .default([])
      .describe("categories to learn from, all when none is named; rows of others or of none are left out"),
    excludeCategories: z.array(z.string()).default([]).describe("categories that are left out, e.g. medical"),
    ...TuneOptions.shape,
  }),
  inputs: ["model", "questions", "without"],
  unkeyed: ["checkpointEvery"],
  async run(options, context) {
    const model = loadForward(options.model);
    const tokenizer = loadTokenizer(options.model);
    const { questions, unusable } = await readQuestions(options.questions);
    const key = ({ question }: Question) => wordsOf(question).join(" ");
    const later = options.without.length === 0 ? [] : (await readQuestions(options.without)).questions;
    const askedLater = new Set(later.map(key));
    const { categories, excludeCategories } = options;
    const isNamed = ({ category }: Question) => categories.length === 0 || category !== undefined;
    const named = questions.filter(isNamed);
    const allowed = named.filter(
      ({ category = "" }) =>
        (categories.length === 0 || categories.includes(category)) && !excludeCategories.includes(category),
    );
    const fresh = allowed.filter((question) => !askedLater.has(key(question)));
    const room = rowTokens(options, model);
    const all = fresh.map((question) => letterExample(question, tokenizer));
    const examples = all.filter(({ tokens }) => tokens.length <= room);
    const leftOut = {
      ...{ category: named.length - allowed.length, uncategorised: questions.length - named.length },
      askedLater: allowed.length - fresh.length,
      tooLong: all.length - examples.length,
    };
    if (examples.length === 0)
      throw new UserError(
        `Of ${questions.length} questions none is left to train on (left out: ${JSON.stringify(leftOut)}). Give other questions, or a model of longer context.`,
      );
    const { pad } = tokenizer.specials;
    const { conversations, ...tuned } = await tune(options.model, model, examples, pad, options, context);
    return { examples: conversations, leftOut, unusable, ...tuned };
  },
});
