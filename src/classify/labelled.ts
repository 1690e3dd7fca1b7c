/**
 * @file The labelled documents of a split, and what the held-out truth says of them.
 *
 * Truth is read here only to be reported beside the labels; fitting, choosing, calibrating and thresholds never see it.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../base/errors.js";
import { readSafetensors } from "../base/safetensors.js";
import { readManifest } from "../base/stage.js";
import { LABEL_STAGES, readDomain } from "../label/index.js";
import { NO_DOMAIN, readDocument, readTokens, readTruth, requireSameTokenizer } from "../tokens/index.js";
import type { LabelledSplit } from "./sample-plan.js";

export const SPLITS = ["train", "validation", "test"] as const;
export type SplitName = (typeof SPLITS)[number];

/** Truth of a split's labelled tokens: 1 = forget, 0 = retain, NO_DOMAIN = unknown (special tokens). */
export type Truth = Uint8Array;

export interface LabelledDocuments extends LabelledSplit {
  split: SplitName;
  /** Name of the domain the labels are of. */
  domain: string;
  /** Source of each document. */
  sources: string[];
}

/** Reads labels with the documents they belong to. @throws UserError when they do not fit together */
export function readLabelled(labels: string, tokens: string, split: SplitName): LabelledDocuments {
  readManifest(labels, LABEL_STAGES);
  const path = join(labels, `${split}.safetensors`);
  const { tensors, metadata } = readSafetensors(path, ["labels", "document_labels"]);
  const [tokenLabels, documentLabels] = [tensors.labels.data, tensors.document_labels.data];
  if (!(tokenLabels instanceof Uint8Array) || !(documentLabels instanceof Uint8Array)) {
    throw new UserError(`${path} holds labels that are not u8. Run "npx lacuna label" again.`);
  }
  const shard = readTokens(tokens, split);
  requireSameTokenizer(
    { what: `Labels ${basename(labels)}/${split}`, fingerprint: metadata.tokenizer },
    { what: `token shard ${basename(tokens)}/${split}`, fingerprint: shard.fingerprint },
    "Label these tokens: npx lacuna label.",
  );
  const count = documentLabels.length;
  const expected = shard.docOffsets[count];
  if (expected !== tokenLabels.length) {
    throw new UserError(
      `${path} labels ${tokenLabels.length} tokens of ${count} documents, in ${tokens} these have ${expected ?? "fewer"}. Label these tokens: npx lacuna label.`,
    );
  }
  return {
    split,
    domain: metadata.domain ?? "unnamed",
    documents: Array.from({ length: count }, (_, index) => readDocument(shard, index)),
    tokenLabels,
    documentLabels,
    sources: shard.documents.slice(0, count).map(({ source }) => source),
  };
}

/** What grades a classifier beside its labels: truth domains that count as forget, and from which share a document does. */
export interface TruthRule {
  forget: readonly string[];
  documentShare: number;
}

/**
 * The rule by which the labels themselves, or those they were made from, were made and are graded; undefined when their
 * domain file is gone.
 */
export function truthRuleOf(labels: string): TruthRule | undefined {
  const { domain, documentShare, labels: from } = readManifest(labels, LABEL_STAGES).options;
  if (typeof from === "string") return existsSync(from) ? truthRuleOf(from) : undefined;
  if (typeof domain !== "string" || typeof documentShare !== "number" || !existsSync(domain)) return undefined;
  return { forget: readDomain(domain).truth, documentShare };
}

/** Truth of the labelled tokens of a split; undefined where the corpus has none or the rule names none of its domains. */
export function readLabelledTruth(tokens: string, { split, tokenLabels }: LabelledDocuments, rule: TruthRule) {
  const truth = readTruth(tokens, split);
  if (!truth || !rule.forget.some((domain) => truth.domains.includes(domain))) return undefined;
  const isForget = truth.domains.map((domain) => (rule.forget.includes(domain) ? 1 : 0));
  return truth.labels
    .subarray(0, tokenLabels.length)
    .map((domain): number => (domain === NO_DOMAIN ? NO_DOMAIN : isForget[domain]));
}

/** Truth of a document: forget from `documentShare` of its known tokens, NO_DOMAIN when none is known. */
export function truthOfDocument(tokens: Uint8Array, documentShare: number): number {
  const known = tokens.filter((value) => value !== NO_DOMAIN);
  if (known.length === 0) return NO_DOMAIN;
  return known.reduce((sum, value) => sum + value, 0) / known.length >= documentShare ? 1 : 0;
}
