/**
 * @file The tokens of a document for an export, in no more memory than the result needs.
 *
 * A text may be hundreds of megabytes long. Ids are written block by block into one array; byte offsets, which most
 * formats never look at, are worked out when first asked for.
 */
import type { Tokenizer } from "../../tokens/index.js";

/** Tokens worked out at a time. */
const BLOCK_TOKENS = 2 ** 16;

export interface Tokenized {
  /** The last one is end-of-text, shape [tokens]. */
  ids: Uint32Array;
  /** UTF-8 byte offset at which each token ends, shape [tokens]; end-of-text repeats the last. */
  readonly ends: Uint32Array;
}

/** @param expected - how many tokens there will be, end-of-text included, if that is known: spares a copy */
export function tokenized(tokenizer: Tokenizer, text: string, expected?: number): Tokenized {
  let ids = new Uint32Array(expected ?? Math.ceil(text.length / 4) + 1);
  let length = 0;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    if (length + block.ids.length >= ids.length) ids = grown(ids, length + block.ids.length + 1);
    ids.set(block.ids, length);
    length += block.ids.length;
  }
  ids[length++] = tokenizer.specials.endOfText;
  let ends: Uint32Array | undefined;
  return {
    ids: length < ids.length ? ids.slice(0, length) : ids,
    get ends() {
      return (ends ??= endsOf(tokenizer, text, length));
    },
  };
}

function grown(ids: Uint32Array, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(least, Math.ceil(ids.length * 1.5)));
  larger.set(ids);
  return larger;
}

function endsOf(tokenizer: Tokenizer, text: string, tokens: number): Uint32Array {
  const ends = new Uint32Array(tokens);
  let length = 0;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    ends.set(block.ends, length);
    length += block.ends.length;
  }
  ends[length] = length === 0 ? 0 : ends[length - 1];
  return ends;
}
