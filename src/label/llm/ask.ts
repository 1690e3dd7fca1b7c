/** @file A language model with everything needed to put our questions to it. */
import {
  type Answer,
  type AnswerTally,
  type Asker,
  type Call,
  completionCall,
  type Price,
  type Provider,
  type Unanswered,
} from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { type AnswerShape, readAnswer, schemaFor, type Unknown } from "./answers.js";
import { type Fenced, fill, type PromptName, type Prompts, type QuestionName } from "./prompts.js";

export interface Llm {
  asker: Asker;
  provider: Provider;
  price: Price;
  prompts: Prompts;
  /** Send the answer's JSON Schema along; some old endpoints refuse it. */
  useSchema: boolean;
  /** Tokens of an answer at most, thinking included. */
  maxTokens: number;
  /** What has become of the questions so far; says when too many stay without an answer. */
  tally: AnswerTally;
}

/** One question about one thing. */
export interface Question {
  name: QuestionName;
  material: Fenced;
  domain?: Domain;
  evidence?: PromptName;
  /** Tokens the answer may have beside the usual ones, where it is about several things. */
  moreTokens?: number;
}

export function callOf<Value>(
  llm: Llm,
  { name, material, domain, evidence, moreTokens = 0 }: Question,
  shape: AnswerShape<Value>,
  isAskedOnce = false,
): Call {
  const { provider, price, prompts, useSchema, maxTokens } = llm;
  const { system, user } = fill(prompts, name, material, domain, evidence);
  const schema = useSchema ? { schema: schemaFor(shape.schema) } : {};
  const problem = (answer: Answer): Unanswered | undefined => {
    const read = readAnswer({ answer }, shape, material.text);
    return "unknown" in read ? unansweredOf(read) : undefined;
  };
  const request = { system, user, maxTokens: maxTokens + moreTokens, ...schema };
  return completionCall(provider, price, request, { problem, isAskedOnce });
}

/** Questions whose texts are in memory at once: as many as the largest batch takes. */
const GROUP = 10_000;

/**
 * Puts a question about each item, and counts what became of it.
 *
 * @param toQuestion - the question, or why there is none to ask
 * @returns for each item its answer, or why there is none, in order
 * @throws UserError when more questions stay without an answer than the options allow
 */
export async function askEach<Item, Value>(
  llm: Llm,
  items: readonly Item[],
  toQuestion: (item: Item) => Question | Unknown,
  shape: AnswerShape<Value>,
  onProgress?: (done: number) => void,
): Promise<({ value: Value } | Unknown)[]> {
  const answers = await askAll(llm, items, toQuestion, shape, { onProgress });
  for (const [index, { isAsked }] of answers.entries()) if (isAsked) countRead(llm, answers[index].read, shape);
  llm.tally.check();
  return answers.map(({ read }) => read);
}

/** Counts what was read of a question's answer. */
export function countRead<Value>(
  { tally }: Pick<Llm, "tally">,
  read: { value: Value } | Unknown,
  shape: AnswerShape<Value>,
): void {
  if ("value" in read) tally.countAnswer(shape.isKnown?.(read.value) ?? true);
  else tally.countUnanswered(unansweredOf(read));
}

function unansweredOf({ unknown, detail }: Unknown): Unanswered {
  return { why: unknown as Unanswered["why"], said: detail };
}

/** Puts questions without counting. @param isAskedOnce - what has no answer will be asked in another way */
export async function askAll<Item, Value>(
  llm: Llm,
  items: readonly Item[],
  toQuestion: (item: Item) => Question | Unknown,
  shape: AnswerShape<Value>,
  { onProgress, isAskedOnce }: { onProgress?: (done: number) => void; isAskedOnce?: boolean },
): Promise<{ read: { value: Value } | Unknown; isAsked: boolean }[]> {
  const answers: { read: { value: Value } | Unknown; isAsked: boolean }[] = [];
  for (let start = 0; start < items.length; start += GROUP) {
    const questions = items.slice(start, start + GROUP).map(toQuestion);
    const calls = questions.map((question) =>
      "unknown" in question ? undefined : callOf(llm, question, shape, isAskedOnce),
    );
    const asked = calls.filter((call) => call !== undefined);
    const unasked = calls.length - asked.length;
    const outcomes = (await llm.asker.ask(asked, (done) => onProgress?.(start + unasked + done))).values();
    for (const question of questions)
      answers.push(
        "unknown" in question
          ? { read: question, isAsked: false }
          : { read: readAnswer(outcomes.next().value!, shape, question.material.text), isAsked: true },
      );
  }
  return answers;
}
