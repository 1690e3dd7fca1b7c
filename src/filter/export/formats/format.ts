/** @file What every export format provides. One writer makes the files of one input shard, so memory is bounded. */
import type { Tokenizer } from "../../../tokens/index.js";
import type { Output } from "../output.js";
import type { ExportSettings, FormatName } from "../settings.js";
import type { DocumentView } from "../view.js";

export interface FormatContext {
  output: Output;
  /** Of the input shard, "00042": what file names begin with. */
  shard: string;
  settings: ExportSettings;
  /** The trainer's. */
  tokenizer: Tokenizer;
}

export interface FormatWriter {
  /** Takes the next document; dropped ones only where the format says so. */
  add(view: DocumentView): Promise<void>;
  /** Completes the files. */
  close(): Promise<void>;
}

export interface Format {
  name: FormatName;
  /** Settings beyond the common ones that mean something here. */
  takes: readonly ("bos" | "sequenceLength" | "weights" | "files")[];
  /** Scores rather than decisions: dropped documents are written too, and none is repeated. */
  isAnnotation?: boolean;
  open(context: FormatContext): Promise<FormatWriter>;
  /** Writes files about the whole export, when all shards are there. */
  finish?(output: Output, shards: readonly string[], context: Omit<FormatContext, "output" | "shard">): Promise<void>;
}

/** Bytes of an array's elements, little-endian as every machine this runs on. */
export function bytesOf(array: Uint8Array | Uint16Array | Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The label that PyTorch's cross entropy leaves out. */
export const NO_LABEL = -100;

/** Tokens of a piece. */
export const PIECE = 1 << 20;

/** Ranges [from, to) that cover a long document, so that what is made of each to be written stays small. */
export function* pieces(length: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < length; from += PIECE) yield [from, Math.min(from + PIECE, length)];
}

/** Token ids in the smallest of u16 and u32 that holds the vocabulary. */
export function tokenArray(tokenizer: Tokenizer, ids: Uint32Array): Uint16Array | Uint32Array {
  return tokenizer.vocabularySize <= 2 ** 16 ? new Uint16Array(ids) : ids;
}
