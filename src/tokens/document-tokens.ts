/**
 * @file The tokens of a whole document, end-of-text included, in no more memory than they need themselves.
 *
 * A text may be hundreds of megabytes long. Its tokens are counted first and then written block by block into one array;
 * byte offsets, which few callers look at, are a pass of their own.
 */
import type { Tokenizer } from "./tokenizer.js";

/** Tokens worked out at a time. */
const BLOCK_TOKENS = 2 ** 16;
/** UTF-16 units up to which a text is encoded at once: faster than counting first. */
const SHORT_TEXT = 2 ** 20;

type Encoder = Pick<Tokenizer, "encode" | "encodeBlocks" | "specials">;

/** Ids of a text and end-of-text after them. */
export function documentTokens(tokenizer: Encoder, text: string): Uint32Array<ArrayBuffer> {
  const { endOfText } = tokenizer.specials;
  if (text.length <= SHORT_TEXT) {
    const content = tokenizer.encode(text);
    const ids = new Uint32Array(content.length + 1);
    ids.set(content);
    ids[content.length] = endOfText;
    return ids;
  }
  const ids = new Uint32Array(countTokens(tokenizer, text) + 1);
  let length = 0;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    ids.set(block.ids, length);
    length += block.ids.length;
  }
  ids[length] = endOfText;
  return ids;
}

/** UTF-8 byte offset at which each of `documentTokens` ends, shape [tokens]; end-of-text repeats the last. */
export function documentEnds(tokenizer: Encoder, text: string, tokens: number): Uint32Array<ArrayBuffer> {
  const ends = new Uint32Array(tokens);
  let length = 0;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    ends.set(block.ends, length);
    length += block.ends.length;
  }
  ends[length] = length === 0 ? 0 : ends[length - 1];
  return ends;
}

function countTokens(tokenizer: Encoder, text: string): number {
  let count = 0;
  for (const { ids } of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) count += ids.length;
  return count;
}
