/**
 * @file What judging an SAE's latents will cost, before anything is read or asked: for `--dry-run`.
 *
 * Every latent is taken to have all its contexts, so it says rather too much.
 */
import { costOf } from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { describeLlm } from "./open.js";
import type { JudgeOptions } from "./options.js";
import { fenced, fill, type PromptName, type QuestionName } from "./prompts.js";

/** Tokens of a corpus's own tokenizer come to about as many of the judge's, and JSON around a context to this many. */
const TOKENS_AROUND = 25;
const ANSWER_TOKENS = 100;

export interface JudgingEstimate {
  judge: string;
  questions: number;
  inputTokens: number;
  outputTokens: number;
  dollars: number;
  maxCost: number;
}

/** @param latents - latents of the SAE @throws UserError for a missing key, model or price */
export function estimateJudging(
  options: JudgeOptions & { contexts: number; reach: number },
  latents: number,
  domain: Domain,
): JudgingEstimate {
  const { contexts, reach, judgeFrom, score, maxCost, batch } = options;
  const { provider, price, prompts, maxTokens } = describeLlm(options);
  const promptTokens = (name: QuestionName, evidence?: PromptName) =>
    Math.ceil(fill(prompts, name, fenced([]), domain, evidence).system.length / 4);
  const shown = (count: number) => count * (2 * reach + 1 + TOKENS_AROUND);
  const perLatent = [
    promptTokens("judge", `evidence-${judgeFrom}`) + (judgeFrom === "explanation" ? 40 : shown(contexts)),
  ];
  if (judgeFrom !== "contexts" || score !== "none") perLatent.push(promptTokens("explain") + shown(contexts / 2));
  if (score === "detection") perLatent.push(promptTokens("detect") + shown(20));
  const inputTokens = Math.ceil(latents * perLatent.reduce((sum, tokens) => sum + tokens, 0));
  const questions = latents * perLatent.length;
  const outputTokens = questions * Math.min(maxTokens, ANSWER_TOKENS);
  const cost = costOf({ inputTokens, outputTokens }, price, batch);
  return {
    judge: `${provider.name}:${provider.model}`,
    ...{ questions, inputTokens, outputTokens, dollars: Number(cost.toPrecision(3)), maxCost },
  };
}
