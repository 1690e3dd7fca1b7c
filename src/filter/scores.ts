/**
 * @file Score shards: one probability per token and per document, stored beside a corpus.
 *
 * `{split}.safetensors` holds token_scores u8 [tokens] and document_scores u8 [documents], each round(255 p), and names
 * in its metadata the tokenizer they are aligned to and the classifier that made them. Making them is `score.ts`.
 */
import { join } from "node:path";
import { grouped, UserError } from "../base/errors.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import { readManifest } from "../base/stage.js";

/** Stages whose results are score shards. */
export const SCORE_STAGES = ["score", "score-control"] as const;

export interface ScoreShard {
  /** round(255 p), shape [tokens]; 0 on end-of-text. */
  tokenScores: Uint8Array<ArrayBuffer>;
  /** round(255 p), shape [documents]. */
  documentScores: Uint8Array<ArrayBuffer>;
  /** Fingerprint of the tokenizer whose tokens are scored. */
  tokenizer: string;
  /** Fingerprint of the classifier. */
  classifier: string;
}

/** What a score shard must fit: a token shard's sizes and tokenizer. */
export interface ScoredTokens {
  tokens: { length: number };
  docOffsets: { length: number };
  /** The tokenizer's fingerprint. */
  fingerprint: string;
}

/** Writes a score shard. */
export function writeScores(path: string, scores: ScoreShard): Promise<void> {
  const { tokenScores, documentScores, tokenizer, classifier } = scores;
  return writeSafetensors(
    path,
    {
      token_scores: { data: tokenScores, shape: [tokenScores.length] },
      document_scores: { data: documentScores, shape: [documentScores.length] },
    },
    { tokenizer, classifier },
  );
}

/** Reads one score shard file as it is. @throws UserError when it is missing or malformed. */
export function readScoreFile(path: string): ScoreShard {
  const { tensors, metadata } = readSafetensors(path, ["token_scores", "document_scores"]);
  const bytes = (name: string) => {
    const { data } = tensors[name];
    if (data instanceof Uint8Array) return data;
    throw new UserError(`${path} holds ${name} that are not u8. Score the corpus again: npx lacuna score.`);
  };
  return {
    tokenScores: bytes("token_scores"),
    documentScores: bytes("document_scores"),
    tokenizer: metadata.tokenizer ?? "unknown",
    classifier: metadata.classifier ?? "unknown",
  };
}

/**
 * Reads the scores of one split and checks that they belong to these tokens.
 *
 * @throws UserError when tokenizer, number of tokens or number of documents differ
 */
export function readScores(directory: string, split: string, shard: ScoredTokens): ScoreShard {
  readManifest(directory, SCORE_STAGES);
  const path = join(directory, `${split}.safetensors`);
  const scores = readScoreFile(path);
  const again = "Score this corpus again: npx lacuna score --tokens TOKENS --classifier CLASSIFIER";
  const tokens = [scores.tokenScores.length, shard.tokens.length];
  if (scores.tokenizer !== shard.fingerprint || tokens[0] !== tokens[1]) {
    const cause =
      scores.tokenizer === shard.fingerprint
        ? "They come from different corpora."
        : `They come from different tokenizers (${scores.tokenizer}, ${shard.fingerprint}).`;
    throw new UserError(
      `Score shard ${path} holds ${grouped(tokens[0])} scores, its token shard ${grouped(tokens[1])} tokens.\n${cause} ${again}`,
    );
  }
  const documents = [scores.documentScores.length, shard.docOffsets.length - 1];
  if (documents[0] !== documents[1]) {
    throw new UserError(
      `Score shard ${path} holds ${grouped(documents[0])} document scores, its token shard ${grouped(documents[1])} documents.\nThey come from different corpora. ${again}`,
    );
  }
  return scores;
}
