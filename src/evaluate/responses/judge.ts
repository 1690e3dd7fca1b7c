/** @file Judging responses: correct, relevant, coherent? One question each; what is not known is neither yes nor no. */
import { z } from "zod";
import {
  askEach,
  fenced,
  JudgeOptions,
  type Llm,
  type ModelOptions,
  type UnknownCause,
  VerdictAnswer,
} from "../../label/index.js";

export const CRITERIA = ["correctness", "relevance", "coherence"] as const;
export type Criterion = (typeof CRITERIA)[number];

export interface Judged {
  verdict: "yes" | "no" | "unknown";
  cause?: UnknownCause;
}

/** A response to judge; `reference` is null where none is known. */
export interface Answer {
  question: string;
  reference: string | null;
  text: string;
}

export const ResponseJudgeOptions = z.object({
  ...JudgeOptions.omit({ noText: true, judgeFrom: true, score: true, minScore: true, embedModel: true }).shape,
  judge: z
    .enum(["none", "anthropic", "openai"])
    .default("none")
    .describe("who judges correctness, relevance and coherence: nobody, or a language model"),
});

/** The options that name a language model; undefined when nobody is asked. */
export function modelOf(options: z.infer<typeof ResponseJudgeOptions>): ModelOptions | undefined {
  const { judge } = options;
  return judge === "none" ? undefined : { ...options, judge };
}

/** A judge sees no more than its criterion needs. */
const MATERIAL: Record<Criterion, (answer: Answer) => Record<string, string>> = {
  correctness: ({ question, reference, text }) => ({ question, ...(reference && { reference }), response: text }),
  relevance: ({ question, text }) => ({ question, response: text }),
  coherence: ({ text }) => ({ response: text }),
};

/** What is sent about a response, characters, for an estimate. */
export function materialLength(criterion: Criterion, answer: Answer): number {
  return JSON.stringify(MATERIAL[criterion](answer)).length;
}

/** Judges responses by one criterion. @returns one verdict each, in order */
export async function judgeResponses(
  llm: Llm,
  criterion: Criterion,
  answers: readonly Answer[],
  onProgress?: (done: number) => void,
): Promise<Judged[]> {
  const said = await askEach(
    llm,
    answers,
    (answer) => ({ name: criterion, material: fenced([MATERIAL[criterion](answer)]) }),
    VerdictAnswer,
    onProgress,
  );
  return said.map((each): Judged => {
    if ("unknown" in each) return { verdict: "unknown", cause: each.unknown };
    const { verdict } = each.value;
    return verdict === "unsure" ? { verdict: "unknown", cause: "unsure" } : { verdict };
  });
}
