/** @file What an export holds and what it left out, in tokens of the trainer's tokenizer. */
import { z } from "zod";
import type { DocumentView } from "./view.js";

export const ExportCounts = z.object({
  /** Of the input. */
  documents: z.int(),
  droppedDocuments: z.int(),
  /** Written, copies included. */
  writtenDocuments: z.int(),
  /** Of the input: texts that the tokenizer makes nothing of; each is its end-of-text alone. */
  emptyDocuments: z.int(),
  /** Of the input, end-of-text and what stands around a text included. */
  tokens: z.int(),
  /** Of these, what the tokenizer puts around a text, end-of-text aside: beginning-of-text. */
  framingTokens: z.int(),
  droppedTokens: z.int(),
  /** Of kept documents: forget, so never a target. */
  maskedTokens: z.int(),
  /** Of these, the ones whose input is taken out too. */
  removedTokens: z.int(),
});
export type ExportCounts = z.infer<typeof ExportCounts>;

export function noCounts(): ExportCounts {
  return {
    documents: 0,
    droppedDocuments: 0,
    writtenDocuments: 0,
    emptyDocuments: 0,
    tokens: 0,
    framingTokens: 0,
    droppedTokens: 0,
    maskedTokens: 0,
    removedTokens: 0,
  };
}

export function addCounts(one: ExportCounts, other: ExportCounts): ExportCounts {
  const sum = noCounts();
  for (const key of Object.keys(sum) as (keyof ExportCounts)[]) sum[key] = one[key] + other[key];
  return sum;
}

/** Adds one view to the counts. @param pass - 0 for the documents themselves, above for copies of them */
export function count(counts: ExportCounts, view: DocumentView, pass: number): void {
  const { isDropped, tokens, content, masked, removed } = view;
  if (!isDropped) counts.writtenDocuments++;
  if (pass > 0) return;
  counts.documents++;
  counts.tokens += tokens.length;
  counts.framingTokens += tokens.length - content - 1;
  if (content === 0) counts.emptyDocuments++;
  if (isDropped) {
    counts.droppedDocuments++;
    counts.droppedTokens += tokens.length;
    return;
  }
  for (let i = 0; i < tokens.length; i++) {
    counts.maskedTokens += masked[i];
    counts.removedTokens += removed[i];
  }
}
