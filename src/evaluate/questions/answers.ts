/**
 * @file What a model answered: per question the log-likelihood of every choice, and nothing derived.
 *
 * One line per question in answers.jsonl, so that models are compared question by question and any figure can be taken
 * again. Log-likelihoods are nats, summed over the tokens of a choice.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readText } from "../../base/files.js";
import type { LossReader } from "../../nn/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import { type Continuation, encodeContinuation, type Likelihood, likelihoods } from "../likelihood.js";
import { clozeContinuations, letterContinuations, priorContinuations } from "./prompts.js";
import type { Question } from "./question.js";
import type { GroupedQuestion } from "./read.js";

const Scores = z.array(z.number());

export const Answered = z.object({
  id: z.string(),
  group: z.string(),
  answer: z.int(),
  bytes: z.array(z.int()).describe("UTF-8 bytes of each choice with the space before it"),
  beyondContext: z.boolean().describe("some prompt with its choice was longer than the model's context"),
  contaminated: z.boolean().describe("found in the training text: counted, in no figure"),
  letter: Scores.optional().describe("of each choice's letter after the choices"),
  cloze: Scores.optional().describe("of each choice after the question alone"),
  prior: Scores.optional().describe("of each choice after the last line of the prompt alone"),
});
export type Answered = z.infer<typeof Answered>;

export const SCORINGS = ["letter", "cloze"] as const;
export type Scoring = (typeof SCORINGS)[number];

type Kind = "letter" | "cloze" | "prior";
const CONTINUATIONS: Record<Kind, (question: Question) => Continuation[]> = {
  letter: letterContinuations,
  cloze: clozeContinuations,
  prior: priorContinuations,
};

/** Puts questions to a model, in order. */
export async function answerQuestions(
  reader: LossReader,
  tokenizer: Tokenizer,
  questions: readonly GroupedQuestion[],
  scorings: readonly Scoring[],
  contaminated: ReadonlySet<string>,
): Promise<Answered[]> {
  const kinds = scorings.flatMap((scoring): Kind[] => (scoring === "cloze" ? ["cloze", "prior"] : ["letter"]));
  const answered = questions.map(
    ({ id, group, answer, choices }): Answered => ({
      ...{ id, group, answer, bytes: choices.map((choice) => Buffer.byteLength(choice) + 1) },
      ...{ beyondContext: false, contaminated: contaminated.has(id) },
    }),
  );
  for (const kind of kinds) {
    const continuations = questions.flatMap(CONTINUATIONS[kind]);
    const read = likelihoods(
      reader,
      continuations.map((each) => encodeContinuation(tokenizer, each)),
    );
    for (const [index, { choices }] of questions.entries()) {
      const scores: number[] = [];
      while (scores.length < choices.length) {
        const { logLikelihood, isBeyondContext } = (await read.next()).value as Likelihood;
        scores.push(logLikelihood);
        if (isBeyondContext) answered[index].beyondContext = true;
      }
      answered[index][kind] = scores;
    }
    // Ends the reader's generator.
    await read.next();
  }
  return answered;
}

export const ANSWERS_FILE = "answers.jsonl";

/** Reads an artifact's answers. @throws UserError when the file is missing or malformed */
export function readAnswers(directory: string): Answered[] {
  const path = join(directory, ANSWERS_FILE);
  const lines = readText(path).split("\n").filter(Boolean);
  return lines.map((line, index) => {
    const parsed = Answered.safeParse(JSON.parse(line));
    if (!parsed.success) throw new UserError(`${path}:${index + 1} is no answer. Make it again: npx lacuna questions`);
    return parsed.data;
  });
}
