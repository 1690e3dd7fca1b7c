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

/** Puts questions. @returns for each its answer, or why there is none */
export async function askAll<Schema extends z.ZodType>(
  llm: Llm,
  questions: readonly Question[],
  schema: Schema,
  onProgress?: (done: number) => void,
): Promise<({ value: z.output<Schema> } | Unknown)[]> {
  const calls = questions.map((question) => callOf(llm, question, schema));
  const outcomes = await llm.asker.ask(calls, onProgress);
  return outcomes.map((outcome) => readAnswer(outcome, schema));
}
