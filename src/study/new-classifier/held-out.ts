/** @file The documents that a new classifier was not fitted on, with all that is known of their tokens. */
import { readLabelled } from "../../classify/index.js";
import { readScores } from "../../filter/index.js";
import { type DocumentText, textReader, UNKNOWN_LABEL } from "../../label/index.js";
import { loadTokenizer, readDocument, readTokens, readTruth, type TokenTruth } from "../../tokens/index.js";
import type { NewClassifierArtifacts } from "./pipeline.js";

export const HELD_OUT = ["validation", "test"] as const;
export type HeldOutSplit = (typeof HELD_OUT)[number];

export interface HeldOutDocument extends DocumentText {
  id: string;
  source: string;
  split: HeldOutSplit;
  /** Stored scores, 0..255, [tokens] and of the document. */
  tokenScores: Uint8Array;
  documentScore: number;
  /** 1 in sentences in which a term of the lexicon stands, [tokens]. */
  lexicon: Uint8Array;
  /** Labels by hand, [tokens]; null where nobody looked. */
  byHand: Uint8Array | null;
  /** The corpus' own domains of tokens; null where it has none. */
  truth: TokenTruth | null;
}

type Paths = Pick<NewClassifierArtifacts, "tokens" | "labels" | "scores" | "byHand">;

/** Reads validation and test documents. Held in memory together: a fifth of what the corpus step was cut to. */
export function readHeldOut(artifacts: Paths): HeldOutDocument[] {
  const tokens = artifacts.tokens.path;
  const read = textReader(loadTokenizer(tokens));
  return HELD_OUT.flatMap((split) => {
    const shard = readTokens(tokens, split);
    const { tokenScores, documentScores } = readScores(artifacts.scores.path, split, shard);
    const { tokenLabels } = readLabelled(artifacts.labels.path, tokens, split);
    const marked = artifacts.byHand && readLabelled(artifacts.byHand.path, tokens, split).tokenLabels;
    const truth = readTruth(tokens, split);
    return shard.documents.map(({ id, source }, index): HeldOutDocument => {
      const [from, to] = [shard.docOffsets[index], shard.docOffsets[index + 1]];
      const byHand = marked && to <= marked.length ? marked.subarray(from, to) : null;
      return {
        ...{ id, source, split },
        ...read(readDocument(shard, index)),
        tokenScores: tokenScores.subarray(from, to),
        documentScore: documentScores[index],
        lexicon: tokenLabels.subarray(from, to),
        byHand: byHand?.some((label) => label !== UNKNOWN_LABEL) ? byHand : null,
        truth: truth ? { ...truth, labels: truth.labels.subarray(from, to) } : null,
      };
    });
  });
}
