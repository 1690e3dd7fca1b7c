/**
 * @file What judging will cost, before anything is asked and without a key: for `--dry-run`.
 *
 * Tokens are characters / 4. Of latents only their number is known: each is taken to have all its contexts, so that is
 * rather too much. Answers that are there already are not looked for.
 */
import { costOf } from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { describePrice, type ModelOptions } from "./open.js";
import type { JudgeOptions } from "./options.js";
import { ANSWER_PROMPTS, fenced, fill, type PromptName, type QuestionName, readPrompts } from "./prompts.js";
import { type Granularity, hasWords, piecesOf, shownAround } from "./text.js";

/** Tokens of JSON around a context, and of a whole explanation. */
const AROUND_CONTEXT = 25;
const EXPLANATION = 40;
const ANSWER_TOKENS = 100;

export interface JudgingEstimate {
  judge: string;
  questions: number;
  inputTokens: number;
  outputTokens: number;
  dollars: number;
  maxCost: number;
}

/** @param latents - latents of the SAE @throws UserError for a missing model or price */
export function estimateJudging(
  options: JudgeOptions & { contexts: number; reach: number },
  latents: number,
  domain: Domain,
): JudgingEstimate {
  const { contexts, reach, judgeFrom, score } = options;
  const prompt = promptTokens(options, domain);
  const shown = (count: number) => count * (2 * reach + 1 + AROUND_CONTEXT);
  const judged = judgeFrom === "explanation" ? EXPLANATION : shown(contexts);
  const perLatent = [prompt("judge", `evidence-${judgeFrom}`) + judged];
  if (judgeFrom !== "contexts" || score !== "none") perLatent.push(prompt("explain") + shown(contexts / 2));
  if (score === "detection") perLatent.push(prompt("detect") + shown(20));
  const inputTokens = latents * perLatent.reduce((sum, tokens) => sum + tokens, 0);
  return estimated(options, latents * perLatent.length, inputTokens);
}

/** @throws UserError for a missing model or price */
export function estimateTextJudging(
  options: ModelOptions & { granularity: Granularity },
  texts: Iterable<string>,
  domain: Domain,
): JudgingEstimate {
  const { granularity } = options;
  const prompt = promptTokens(options, domain)(granularity);
  let [questions, characters] = [0, 0];
  for (const text of texts)
    for (const piece of piecesOf(text, granularity)) {
      if (!hasWords(text.slice(piece.start, piece.end))) continue;
      questions++;
      for (const shown of Object.values(shownAround(text, piece, granularity))) characters += shown.length;
    }
  return estimated(options, questions, questions * prompt + characters / 4);
}

/** What one question each about texts of so many characters would cost. @throws UserError for a missing model or price */
export function estimateQuestions(options: ModelOptions, name: QuestionName, characters: readonly number[]) {
  const all = characters.reduce((sum, each) => sum + each, 0);
  const prompt = promptTokens(options, undefined, ANSWER_PROMPTS)(name);
  return estimated(options, characters.length, characters.length * prompt + all / 4);
}

function promptTokens({ prompts }: ModelOptions, domain?: Domain, names?: readonly PromptName[]) {
  const read = readPrompts(prompts, names);
  return (name: QuestionName, evidence?: PromptName) =>
    Math.ceil(fill(read, name, fenced([]), domain, evidence).system.length / 4);
}

function estimated(options: ModelOptions, questions: number, tokens: number): JudgingEstimate {
  const { judge, price } = describePrice(options);
  const inputTokens = Math.ceil(tokens);
  const outputTokens = questions * Math.min(options.maxTokens, ANSWER_TOKENS);
  const cost = costOf({ inputTokens, outputTokens }, price, options.batch);
  return {
    judge,
    questions,
    inputTokens,
    outputTokens,
    dollars: Number(cost.toPrecision(3)),
    maxCost: options.maxCost,
  };
}
