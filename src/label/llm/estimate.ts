/**
 * @file What judging will cost, before anything is asked and without a key: for `--dry-run`.
 *
 * Tokens are characters / 4. Of latents only their number is known: each is taken to have all its contexts, so that is
 * rather too much. Answers that are there already are not looked for.
 */
import { grouped } from "../../base/errors.js";
import type { Estimate } from "../../base/stage.js";
import { costOf, dollars } from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { describePrice, type ModelOptions } from "./open.js";
import type { JudgeOptions } from "./options.js";
import { askedOf, type Granularity, piecesOf, shownAround } from "./pieces.js";
import {
  ANSWER_PROMPTS,
  fenced,
  fill,
  PROMPTS,
  type PromptName,
  type QuestionName,
  readPrompts,
  TOGETHER_PROMPTS,
} from "./prompts.js";
import { groupsOf, shownGroup } from "./sentence-groups.js";

/** Tokens of JSON around a context, and of a whole explanation. */
const AROUND_CONTEXT = 25;
const EXPLANATION = 40;
const ANSWER_TOKENS = 100;

export interface JudgingEstimate extends Estimate {
  judge: string;
  questions: number;
  inputTokens: number;
  outputTokens: number;
  dollars: number;
  maxCost: number;
  /** Why the run would not come to its end, and what to do. */
  problem?: string;
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
  options: ModelOptions & { granularity: Granularity; sentencesPerQuestion?: number },
  texts: Iterable<string>,
  domain: Domain,
): JudgingEstimate {
  const { granularity, sentencesPerQuestion: together = 1 } = options;
  const prompt = promptTokens(options, domain, together > 1 ? [...PROMPTS, ...TOGETHER_PROMPTS] : PROMPTS);
  let [questions, tokens, verdicts] = [0, 0, 0];
  for (const text of texts) {
    const asked = askedOf(text, piecesOf(text, granularity), 0);
    for (const group of groupsOf(asked, together)) {
      const isAlone = group.length === 1;
      const shown = isAlone ? shownAround(group[0], granularity) : shownGroup(group);
      tokens += prompt(isAlone ? granularity : "sentences") + JSON.stringify(shown).length / 4;
      verdicts += group.length;
      questions++;
    }
  }
  return estimated(options, questions, tokens, verdicts);
}

/** What one question each about texts of so many characters would cost. @throws UserError for a missing model or price */
export function estimateQuestions(options: ModelOptions, asked: { name: QuestionName; characters: number }[]) {
  const prompt = promptTokens(options, undefined, ANSWER_PROMPTS);
  const tokens = asked.reduce((sum, { name, characters }) => sum + prompt(name) + characters / 4, 0);
  return estimated(options, asked.length, tokens);
}

function promptTokens({ prompts }: ModelOptions, domain?: Domain, names?: readonly PromptName[]) {
  const read = readPrompts(prompts, names);
  const lengths = new Map<string, number>();
  return (name: QuestionName, evidence?: PromptName) => {
    const key = `${name} ${evidence}`;
    const tokens = lengths.get(key) ?? Math.ceil(fill(read, name, fenced([]), domain, evidence).system.length / 4);
    lengths.set(key, tokens);
    return tokens;
  };
}

/** @param verdicts - verdicts asked for, where a question may ask for several */
function estimated(options: ModelOptions, questions: number, tokens: number, verdicts = questions): JudgingEstimate {
  const { maxCost, maxTokens, batch } = options;
  const { judge, price } = describePrice(options);
  const inputTokens = Math.ceil(tokens);
  const outputTokens = verdicts * Math.min(maxTokens, ANSWER_TOKENS);
  const cost = costOf({ inputTokens, outputTokens }, price, batch);
  const estimate = { judge, questions, inputTokens, outputTokens, dollars: Number(cost.toPrecision(3)), maxCost };
  if (cost <= maxCost) return estimate;
  const problem =
    `${grouped(questions)} questions would cost about ${dollars(cost)}, more than --max-cost ${maxCost}: the run would ` +
    "stop there, with what it has paid for kept. Raise --max-cost, or ask less: fewer documents or questions, " +
    "a cheaper --judge-model, --batch (anthropic), --sentences-per-question (label-text).";
  return { ...estimate, problem };
}
