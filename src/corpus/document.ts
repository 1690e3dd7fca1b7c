/** @file What a document is, before and after it enters a corpus. */
import { z } from "zod";

/** A stretch of a document whose domain is known: UTF-16 character offsets, end exclusive. */
export const TruthSpan = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  domain: z.string().min(1),
});
export type TruthSpan = z.infer<typeof TruthSpan>;

/**
 * One text. `source` names where it comes from, for results per source; documents of one `group` are in one split;
 * `truth` grades, it never trains.
 */
export interface SourceDocument {
  id: string;
  group?: string;
  text: string;
  source: string;
  truth?: TruthSpan[];
}

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** One line of a corpus's documents.jsonl. */
export const CorpusDocument = z.object({
  id: z.string(),
  group: z.string().optional(),
  text: z.string(),
  source: z.string(),
  split: z.enum(SPLITS),
  truth: z.array(TruthSpan).optional(),
});
export type CorpusDocument = z.infer<typeof CorpusDocument>;
