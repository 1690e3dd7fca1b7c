/**
 * @file The tokens of a whole document, end-of-text included, in no more memory than they need themselves.
 *
 * A text may be hundreds of megabytes long. Its tokens are counted first and then written block by block into one array;
 * byte offsets, which few callers look at, are a pass of their own.
 */
import { carryBlocks } from "./alignment.js";
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

/** A document in another tokenizer's tokens, with what was said of it in those it was labelled or scored in. */
export interface CarriedDocument {
  /** End-of-text included. */
  tokens: Uint32Array<ArrayBuffer>;
  /** Each of shape [tokens]; end-of-text has 0. */
  values: Uint8Array<ArrayBuffer>[];
  /** Tokens that the other tokenizer makes of the text, end-of-text included. */
  fromTokens: number;
}

/**
 * Tokenizes a document and carries labels (1 where forget) or stored scores to its tokens by bytes, any overlap counting.
 *
 * @param values - each of shape [tokens of `from`], end-of-text included
 */
export function carryDocument(
  text: string,
  values: readonly Uint8Array[],
  from: Tokenizer,
  to: Tokenizer,
): CarriedDocument {
  // A token of a short text has a byte at least; a long text's are counted, as too large an array would be large itself.
  const most = text.length <= SHORT_TEXT ? Buffer.byteLength(text) : countTokens(to, text);
  const tokens = new Uint32Array(most + 1);
  const carried = values.map(() => new Uint8Array(most + 1));
  let length = 0;
  let fromTokens = 0;
  for (const block of carryBlocks(text, values, from, to)) {
    tokens.set(block.ids, length);
    for (const [which, array] of block.values.entries()) carried[which].set(array, length);
    length += block.ids.length;
    fromTokens = block.fromTokens;
  }
  tokens[length] = to.specials.endOfText;
  const cut = <A extends Uint8Array | Uint32Array>(array: A) =>
    (length === most ? array : array.slice(0, length + 1)) as A;
  return { tokens: cut(tokens), values: carried.map(cut), fromTokens: fromTokens + 1 };
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
