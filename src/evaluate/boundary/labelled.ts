/** @file Which tokens of a split are forget and which retain: by labels where given, else by the corpus's own truth. */
import { UserError } from "../../base/errors.js";
import { type LabelledSplit, readLabelled, truthOfDocument } from "../../classify/index.js";
import type { Split } from "../../corpus/index.js";
import { NO_DOMAIN, readDocument, readTokens, readTruth } from "../../tokens/index.js";

export interface SidedOptions {
  tokens: string;
  /** Labels of `npx lacuna label`, for their documents only. */
  labels?: string;
  /** Truth domains of each side; tokens of others are of neither. */
  forget: readonly string[];
  retain: readonly string[];
}

export interface SidedSplit extends LabelledSplit {
  /** Name and source of each document. */
  names: readonly { id: string; source: string }[];
}

/** A document with this share of forget tokens is about the domain. */
const DOCUMENT_SHARE = 0.5;

/** @throws UserError when nothing says what is forget */
export function readSided({ tokens, labels, forget, retain }: SidedOptions, split: Split): SidedSplit {
  const shard = readTokens(tokens, split);
  if (labels !== undefined) {
    const labelled = readLabelled(labels, tokens, split);
    return { ...labelled, names: shard.documents.slice(0, labelled.documents.length) };
  }
  const truth = readTruth(tokens, split);
  if (!truth)
    throw new UserError(`${tokens} knows no domains of its ${split} tokens. Give --labels (npx lacuna label).`);
  for (const [side, names] of Object.entries({ forget, retain })) {
    if (names.some((name) => truth.domains.includes(name))) continue;
    throw new UserError(
      `None of --${side} ${names.join(" ")} is a domain of ${tokens}. Its domains: ${truth.domains.join(", ")}.`,
    );
  }
  const sides = truth.domains.map((name) => (forget.includes(name) ? 1 : retain.includes(name) ? 0 : NO_DOMAIN));
  const tokenLabels = truth.labels.map((domain) => (domain === NO_DOMAIN ? NO_DOMAIN : sides[domain]));
  const documents = shard.documents.map((_, index) => readDocument(shard, index));
  const documentLabels = Uint8Array.from(documents, (_, index) =>
    truthOfDocument(tokenLabels.subarray(shard.docOffsets[index], shard.docOffsets[index + 1]), DOCUMENT_SHARE),
  );
  return { split, documents, tokenLabels, documentLabels, names: shard.documents };
}
