/** @file A language model with everything needed to put our questions to it. */
import type { z } from "zod";
import { type Asker, type Call, completionCall, type Price, type Provider } from "../../llm/index.js";
import type { Domain } from "../domain.js";
import { readAnswer, schemaFor, type Unknown } from "./answers.js";
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
}

/** One question about one thing. */
export interface Question {
  name: QuestionName;
  material: Fenced;
  domain?: Domain;
  evidence?: PromptName;
}

export function callOf(llm: Llm, { name, material, domain, evidence }: Question, schema: z.ZodType): Call {
  const { provider, price, prompts, useSchema, maxTokens } = llm;
  const text = fill(prompts, name, material, domain, evidence);
  return completionCall(provider, price, { ...text, maxTokens, ...(useSchema ? { schema: schemaFor(schema) } : {}) });
}

/** Questions whose texts are in memory at once: as many as the largest batch takes. */
const GROUP = 10_000;

/**
 * Puts a question about each item.
 *
 * @param toQuestion - the question, or why there is none to ask
 * @returns for each item its answer, or why there is none, in order
 */
export async function askEach<Item, Schema extends z.ZodType>(
  llm: Llm,
  items: readonly Item[],
  toQuestion: (item: Item) => Question | Unknown,
  schema: Schema,
  onProgress: (done: number) => void = () => {},
): Promise<({ value: z.output<Schema> } | Unknown)[]> {
  const answers: ({ value: z.output<Schema> } | Unknown)[] = [];
  for (let start = 0; start < items.length; start += GROUP) {
    const prepared = items.slice(start, start + GROUP).map((item) => {
      const question = toQuestion(item);
      return "unknown" in question ? question : callOf(llm, question, schema);
    });
    const calls = prepared.filter((each): each is Call => "key" in each);
    const unasked = prepared.length - calls.length;
    const outcomes = (await llm.asker.ask(calls, (done) => onProgress(start + unasked + done))).values();
    for (const each of prepared) answers.push("key" in each ? readAnswer(outcomes.next().value!, schema) : each);
  }
  return answers;
}
