/**
 * @file The tokens of a whole document, end-of-text included, in no more memory than they need themselves.
 *
 * A text may be hundreds of megabytes long. Its tokens are counted first and then written block by block into one array;
 * byte offsets, which few callers look at, are a pass of their own.
 */
import { type CarriedBlock, carryBlocks } from "./alignment.js";
import type { Tokenizer } from "./tokenizer.js";

/** Tokens worked out at a time. */
const BLOCK_TOKENS = 2 ** 16;
/** UTF-16 units up to which a text is encoded at once: faster than counting first. */
const SHORT_TEXT = 2 ** 20;

type Encoder = Pick<Tokenizer, "encode" | "encodeBlocks" | "specials">;

/** Ids that stand around the text of a document, between which no text is: beginning-of-text, say. */
export interface Frame {
  before: readonly number[];
  /** End-of-text, which comes last, left out. */
  after: readonly number[];
}
export const NO_FRAME: Frame = { before: [], after: [] };

/** Ids of a text and end-of-text after them, in a frame where one is given. */
export function documentTokens(tokenizer: Encoder, text: string, frame = NO_FRAME): Uint32Array<ArrayBuffer> {
  if (text.length <= SHORT_TEXT) {
    const content = tokenizer.encode(text);
    const { ids, length } = framed(content.length, tokenizer, frame);
    ids.set(content, length);
    return ids;
  }
  const made = framed(countTokens(tokenizer, text), tokenizer, frame);
  let { length } = made;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    made.ids.set(block.ids, length);
    length += block.ids.length;
  }
  return made.ids;
}

/** Room for the ids of a text between those around it, of which `length` come first. */
function framed(content: number, { specials }: Encoder, { before, after }: Frame) {
  const ids = new Uint32Array(before.length + content + after.length + 1);
  ids.set(before);
  ids.set([...after, specials.endOfText], before.length + content);
  return { ids, length: before.length };
}

/** A document in another tokenizer's tokens, with what was said of it in those it was labelled or scored in. */
export interface CarriedDocument {
  /** End-of-text and frame included. */
  tokens: Uint32Array<ArrayBuffer>;
  /** Each of shape [tokens]; end-of-text and frame have 0. */
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
  frame = NO_FRAME,
): CarriedDocument {
  // A short text's blocks are gathered. Those of a long one are not held twice: its tokens are counted first.
  const gathered: CarriedBlock[] = [];
  const blocks = carryBlocks(text, values, from, to);
  let next = blocks.next();
  if (text.length <= SHORT_TEXT) for (; !next.done; next = blocks.next()) gathered.push(next.value);
  const content = next.done ? gathered.reduce((sum, { ids }) => sum + ids.length, 0) : countTokens(to, text);
  const made = framed(content, to, frame);
  const carried = values.map(() => new Uint8Array(made.ids.length));
  let { length } = made;
  const add = (block: CarriedBlock) => {
    made.ids.set(block.ids, length);
    for (const [which, array] of block.values.entries()) carried[which].set(array, length);
    length += block.ids.length;
  };
  gathered.forEach(add);
  for (; !next.done; next = blocks.next()) add(next.value);
  return { tokens: made.ids, values: carried, fromTokens: next.value + 1 };
}

/**
 * UTF-8 byte offset at which each of `documentTokens` ends, shape [tokens]; what comes after the text repeats the last.
 * @param tokens - how many there are, frame and end-of-text included
 */
export function documentEnds(
  tokenizer: Encoder,
  text: string,
  tokens: number,
  { before }: Frame = NO_FRAME,
): Uint32Array<ArrayBuffer> {
  const ends = new Uint32Array(tokens);
  let length = before.length;
  for (const block of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) {
    ends.set(block.ends, length);
    length += block.ends.length;
  }
  return ends.fill(length === 0 ? 0 : ends[length - 1], length);
}

function countTokens(tokenizer: Encoder, text: string): number {
  let count = 0;
  for (const { ids } of tokenizer.encodeBlocks(text, BLOCK_TOKENS)) count += ids.length;
  return count;
}
