/**
 * @file Questions that stand in what a model was pretrained on: not asked, and counted.
 *
 * A question and its reference are looked for as one text, by word n-grams, as questions of multiple choice are. Without
 * the text nothing is known: result files then say null, and nobody may claim that a model never saw what it is asked.
 */
import { z } from "zod";
import { checkOverlap, TrainingTextOptions, trainingDocuments } from "../../corpus/overlap/index.js";
import type { Instruction } from "./conversations.js";

/** Options that say what a model was pretrained on. */
export const PretrainedOnOptions = TrainingTextOptions.extend({
  text: z
    .array(z.string())
    .default([])
    .describe(
      "text the model was pretrained on (a corpus: its training split; or files): questions that stand in it are not asked",
    ),
  n: z.int().positive().default(13).describe("words in a row that count as a copy; a shorter question counts whole"),
});

/** What a check against the pretraining text found. */
export const PretrainedOn = z.object({
  n: z.number(),
  documents: z.number().describe("of the pretraining text"),
  unread: z.record(z.string(), z.number()).describe("records that could not be read, by reason"),
  questions: z.number().describe("looked for"),
  found: z.record(z.string(), z.number()).describe("left out because they stand in it, by file"),
});
export type PretrainedOn = z.infer<typeof PretrainedOn>;

/** Leaves out questions that stand in the text; all are kept, and the check is null, when no text is given. */
export async function withoutPretrained(
  asked: readonly Instruction[],
  { text, n, ...fields }: z.infer<typeof PretrainedOnOptions>,
  onRead?: (documents: number) => void,
): Promise<{ kept: Instruction[]; check: PretrainedOn | null }> {
  if (text.length === 0) return { kept: [...asked], check: null };
  const unread: Record<string, number> = {};
  const training = trainingDocuments(text, fields, (reason) => {
    unread[reason] = (unread[reason] ?? 0) + 1;
  });
  const texts = asked.map(({ question, reference }) => [question, reference].filter(Boolean).join(" "));
  const { overlaps, documents } = await checkOverlap(texts, training, n, onRead);
  const found: Record<string, number> = {};
  const kept = asked.filter(({ source }, index) => {
    const isFound = overlaps[index].found > 0;
    if (isFound) found[source] = (found[source] ?? 0) + 1;
    return !isFound;
  });
  return { kept, check: { n, documents, unread, questions: asked.length, found } };
}
