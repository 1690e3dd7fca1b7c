/**
 * @file A scored corpus, as policies and exports read it: blocks of whole documents, in order, from a finished job.
 *
 * Score shard (safetensors): token_scores u8 [tokens], document_scores u8 [documents], doc_offsets u64 [documents + 1],
 * rows u64 [documents] (record number in the input), crc32 u32 [documents] (of the text's UTF-8), id_offsets u64
 * [documents + 1] and ids u8 (UTF-8). A document's tokens end with end-of-text, whose score is 0. Tokens are not stored:
 * the text is beside, and tokenizing is cheap.
 */

import type { Store } from "../../base/store/index.js";
import type { ClassifierFile } from "../../classify/index.js";
import type { Tokenizer } from "../../tokens/index.js";
import type { JobPlan, ShardRecord } from "./plan.js";

/** Consecutive documents of a shard. */
export interface ScoreBlock {
  /** Index in the shard of the block's first document. */
  first: number;
  /** Where each document's tokens begin within the block, and the end; shape [documents + 1]. */
  docOffsets: Float64Array;
  /** round(255 p), shape [tokens of the block]; 0 on end-of-text. */
  tokenScores: Uint8Array;
  /** round(255 p), shape [documents]. */
  documentScores: Uint8Array;
  /** Record number in the input file, shape [documents]. */
  rows: Float64Array;
  /** CRC-32 of each document's UTF-8, shape [documents]. */
  crc32: Uint32Array;
  ids: string[];
}

export interface ScoredCorpus {
  store: Store;
  plan: JobPlan;
  /** Of every shard, by index. */
  records: ShardRecord[];
  /** Hash of the whole job, of its manifest. */
  fingerprint: string;
  /** Quality and thresholds of the classifier that scored; the classifier itself is not needed. */
  classifier: ClassifierFile;
  /** The tokenizer the scores are aligned to; opened when first asked for. */
  tokenizer(): Tokenizer;
  /** Blocks of about `blockTokens` tokens: whole documents, at least one, so one long document makes a long block. */
  blocks(shard: number, blockTokens?: number): AsyncGenerator<ScoreBlock>;
}
