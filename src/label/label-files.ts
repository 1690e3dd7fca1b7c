/**
 * @file Labels as they are stored: {split}.safetensors with one byte per token and per document, and what is reported.
 *
 * 1 is forget, 0 retain. 255 is unknown: nobody looked, or the judge could not say. Unknown is never retain; it is left
 * out of fitting and grading.
 */
import { join } from "node:path";
import { grouped, UserError } from "../base/errors.js";
import { writeSafetensors } from "../base/safetensors.js";
import type { Split } from "../corpus/index.js";
import { readTruth, type TokenShard } from "../tokens/index.js";
import { gradeLabels, type LabelGrades } from "./grade.js";
import type { Labels } from "./label-documents.js";

export { UNKNOWN_LABEL } from "./grade.js";

/** Stages whose artifacts are labels. */
export const LABEL_STAGES = ["label", "label-text", "label-spans", "label-derive", "label-classifier"] as const;

export async function writeLabels(
  out: string,
  split: Split,
  { tokens, documents }: Labels,
  made: { tokenizer: string; domain: string },
): Promise<void> {
  await writeSafetensors(
    join(out, `${split}.safetensors`),
    {
      labels: { data: tokens, shape: [tokens.length] },
      document_labels: { data: documents, shape: [documents.length] },
    },
    made,
  );
}

/** How many documents are labelled, and how many tokens forget. */
export function labelCounts({ tokens, documents }: Labels): Pick<SplitResult, "documents" | "forgetTokens"> {
  return { documents: documents.length, forgetTokens: tokens.reduce((sum, label) => sum + (label === 1 ? 1 : 0), 0) };
}

/**
 * Labels without a forget token teach nothing and filter nothing.
 * @param splits - what was labelled, by split @param advice - what to do where nothing is forget
 * @throws UserError when no document was labelled, or no token of any split is forget
 */
export function requireForget(
  splits: Record<string, Pick<SplitResult, "documents" | "forgetTokens">>,
  tokens: string,
  advice: string,
): void {
  const sum = (name: "documents" | "forgetTokens") =>
    Object.values(splits).reduce((all, split) => all + split[name], 0);
  if (sum("documents") === 0)
    throw new UserError(
      `${tokens} holds no document to label. Make its corpus again with documents: npx lacuna corpus.`,
    );
  if (sum("forgetTokens") > 0) return;
  throw new UserError(
    `No token of ${grouped(sum("documents"))} documents of ${tokens} is labelled forget, so there is nothing to learn from. ${advice}`,
  );
}

/** What is reported of one split; grades where the corpus has truth and the domain names some of it. */
export interface SplitResult {
  documents: number;
  tokens: number;
  forgetTokens: number;
  forgetDocuments: number;
  /** Only where there are any. */
  unknownTokens?: number;
  unknownDocuments?: number;
  truth?: LabelGrades;
}

/** @param lengths - tokens of each labelled document @param forget - truth domains that count as forget */
export function splitResult(
  split: Split,
  shard: TokenShard,
  lengths: readonly number[],
  labels: Labels,
  forget: readonly string[],
  { tokens: directory, documentShare }: { tokens: string; documentShare: number },
): SplitResult {
  const count = (values: Uint8Array, wanted: number) =>
    values.reduce((sum, value) => sum + (value === wanted ? 1 : 0), 0);
  const truth = readTruth(directory, split);
  const isGradable = truth && forget.some((domain) => truth.domains.includes(domain));
  const sources = shard.documents.slice(0, lengths.length).map(({ source }) => source);
  const unknown = [count(labels.tokens, 255), count(labels.documents, 255)];
  return {
    documents: lengths.length,
    tokens: labels.tokens.length,
    forgetTokens: count(labels.tokens, 1),
    forgetDocuments: count(labels.documents, 1),
    ...(unknown[0] + unknown[1] > 0 ? { unknownTokens: unknown[0], unknownDocuments: unknown[1] } : {}),
    ...(isGradable ? { truth: gradeLabels(labels, truth, sources, lengths, forget, documentShare) } : {}),
  };
}
