/**
 * @file Which held-out tokens to evaluate on, and what each of them is.
 *
 * Labels of the pipeline that are given decide (forget / retain, for the documents that were labelled): whoever gives them
 * means them, also where the corpus' own truth speaks of other domains. Without labels that truth decides, and without
 * either all ordinary tokens are one domain called "all".
 */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { readSafetensors } from "../base/safetensors.js";
import { NO_DOMAIN, readTruth, requireSameTokenizer, type TokenShard } from "../tokens/index.js";
import type { HeldOut } from "./packed.js";

export interface HeldOutFile extends HeldOut {
  /** Source of each document. Shape [documents]. */
  sources: readonly string[];
  domainsFrom: "truth" | "labels" | "none";
}

/** @throws UserError when there is nothing to evaluate on, or labels belong to another tokenizer. */
export function readHeldOut(
  { tokens: directory, split, labels, maxTokens = Infinity }: HeldOutOptions,
  shard: TokenShard,
  endOfText: number,
): HeldOutFile {
  const known =
    readLabelsOf(labels, split, shard, endOfText) ?? readTruthOf(directory, split) ?? unknown(shard, endOfText);
  let documents = 0;
  while (documents < shard.documents.length) {
    const end = shard.docOffsets[documents + 1];
    if (end > known.labels.length || end > maxTokens) break;
    documents++;
  }
  const end = shard.docOffsets[documents];
  if (end === 0) {
    throw new UserError(
      `The ${split} split of ${directory} has no document to evaluate on${maxTokens < Infinity ? ` within ${maxTokens} tokens` : ""}. Give another --split or a larger corpus.`,
    );
  }
  return {
    ...known,
    tokens: shard.tokens.subarray(0, end),
    docOffsets: shard.docOffsets.subarray(0, documents + 1),
    labels: known.labels.subarray(0, end),
    endOfText,
    sources: shard.documents.slice(0, documents).map(({ source }) => source),
  };
}

export interface HeldOutOptions {
  tokens: string;
  split: "train" | "validation" | "test";
  labels?: string;
  maxTokens?: number;
}

type Known = Pick<HeldOutFile, "domains" | "labels" | "domainsFrom">;

function readTruthOf(directory: string, split: HeldOutOptions["split"]): Known | undefined {
  const truth = readTruth(directory, split);
  return truth && { ...truth, domainsFrom: "truth" };
}

function readLabelsOf(
  path: string | undefined,
  split: string,
  shard: TokenShard,
  endOfText: number,
): Known | undefined {
  if (path === undefined) return undefined;
  const file = join(path, `${split}.safetensors`);
  const { tensors, metadata } = readSafetensors(file, ["labels"]);
  requireSameTokenizer(
    { what: file, fingerprint: metadata.tokenizer },
    { what: "the token shard", fingerprint: shard.fingerprint },
    "Label this corpus again: npx lacuna label",
  );
  const isForget = tensors.labels.data as Uint8Array;
  const labels = isForget.map((label, i) => (shard.tokens[i] === endOfText ? NO_DOMAIN : label ? 0 : 1));
  return { domains: ["forget", "retain"], labels, domainsFrom: "labels" };
}

function unknown({ tokens }: TokenShard, endOfText: number): Known {
  const labels = Uint8Array.from(tokens, (token) => (token === endOfText ? NO_DOMAIN : 0));
  return { domains: ["all"], labels, domainsFrom: "none" };
}
