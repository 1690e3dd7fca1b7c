/**
 * @file Rows of tokens: one document each, or documents packed into windows of a fixed length.
 *
 * Packed documents follow each other, each ending with end-of-text; every token is an input exactly once. The last
 * window is padded. A row knows the token that follows it, so that formats whose labels are already shifted train the
 * first token of the next window too.
 */
import type { Arranged } from "./view.js";

/** Longest row when documents are not packed; a longer document becomes several rows. */
export const MAX_ROW_TOKENS = 2 ** 20;

export interface RowOfTokens extends Arranged {
  /** Tokens before the padding. */
  length: number;
  /** What comes after the row in the stream (packed) or the document; undefined at its end. */
  next?: { id: number; isTrained: boolean; score: number };
}

export interface RowMaker {
  /** Rows that are complete with this document. They are views: valid until the next is asked for. */
  add(document: Arranged): Generator<RowOfTokens>;
  /** The last, padded one. */
  close(): Generator<RowOfTokens>;
}

/** @param sequenceLength - tokens of a packed row; undefined: one row per document */
export function rowMaker(sequenceLength: number | undefined, pad: number): RowMaker {
  return sequenceLength === undefined ? documentRows() : packedRows(sequenceLength, pad);
}

function documentRows(): RowMaker {
  return {
    *add({ inputs, lossMask, scores }) {
      for (let start = 0; start < inputs.length; start += MAX_ROW_TOKENS) {
        const end = Math.min(start + MAX_ROW_TOKENS, inputs.length);
        yield {
          inputs: inputs.subarray(start, end),
          lossMask: lossMask.subarray(start, end),
          scores: scores.subarray(start, end),
          length: end - start,
          next:
            end < inputs.length ? { id: inputs[end], isTrained: lossMask[end] === 1, score: scores[end] } : undefined,
        };
      }
    },
    *close() {},
  };
}

function packedRows(length: number, pad: number): RowMaker {
  // One more than a row: the token that follows it.
  const inputs = new Uint32Array(length + 1);
  const lossMask = new Uint8Array(length + 1);
  const scores = new Uint8Array(length + 1);
  let filled = 0;
  const row = (tokens: number, next?: RowOfTokens["next"]): RowOfTokens => ({
    inputs: inputs.subarray(0, length),
    lossMask: lossMask.subarray(0, length),
    scores: scores.subarray(0, length),
    length: tokens,
    next,
  });
  return {
    *add(document) {
      for (let from = 0; from < document.inputs.length; ) {
        const count = Math.min(length + 1 - filled, document.inputs.length - from);
        inputs.set(document.inputs.subarray(from, from + count), filled);
        lossMask.set(document.lossMask.subarray(from, from + count), filled);
        scores.set(document.scores.subarray(from, from + count), filled);
        filled += count;
        from += count;
        if (filled <= length) continue;
        yield row(length, { id: inputs[length], isTrained: lossMask[length] === 1, score: scores[length] });
        inputs[0] = inputs[length];
        lossMask[0] = lossMask[length];
        scores[0] = scores[length];
        filled = 1;
      }
    },
    *close() {
      if (filled === 0) return;
      inputs.fill(pad, filled);
      lossMask.fill(0, filled);
      scores.fill(255, filled);
      yield row(filled);
    },
  };
}
