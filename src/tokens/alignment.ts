/**
 * @file Labels and scores of one tokenizer carried to another, on UTF-8 byte offsets.
 *
 * Both tokenizations cover the same bytes; one sweep with two pointers, linear in tokens. Any overlap counts: each token
 * gets the highest value among the tokens it shares a byte with.
 */
import type { Tokenizer } from "./tokenizer.js";

/** Tokens of each tokenizer whose offsets are in memory at a time. */
const BLOCK_TOKENS = 2 ** 16;

/**
 * @param values - labels (1 where forget) or stored scores, shape [from]
 * @param fromEnds - byte offset at which each token with a value ends, ascending, shape [from]
 * @param toEnds - the same for the other tokenization of the same bytes, shape [to]
 * @returns values of the other tokens, shape [to]; a token of no bytes overlaps nothing and has 0
 */
export function carry(values: Uint8Array, fromEnds: Uint32Array, toEnds: Uint32Array): Uint8Array {
  if (values.length !== fromEnds.length) throw new Error(`${values.length} values for ${fromEnds.length} tokens`);
  if ((fromEnds.at(-1) ?? 0) !== (toEnds.at(-1) ?? 0)) {
    throw new Error(`The tokenizations cover ${fromEnds.at(-1) ?? 0} and ${toEnds.at(-1) ?? 0} bytes of one text`);
  }
  const carried = new Uint8Array(toEnds.length);
  sweep(values, { ends: fromEnds, start: 0 }, { ends: toEnds, start: 0 }, carried);
  return carried;
}

/** Consecutive tokens: where each ends, and where the first starts. */
interface Run {
  ends: Uint32Array;
  start: number;
}

function sweep(values: Uint8Array, from: Run, to: Run, carried: Uint8Array): void {
  const fromStart = (at: number) => (at === 0 ? from.start : from.ends[at - 1]);
  let first = 0;
  for (let token = 0, start = to.start; token < to.ends.length; start = to.ends[token++]) {
    const end = to.ends[token];
    while (first < from.ends.length && from.ends[first] <= start) first++;
    for (let at = first; at < from.ends.length && fromStart(at) < end; at++) {
      const overlaps = Math.min(end, from.ends[at]) > Math.max(start, fromStart(at));
      if (overlaps && values[at] > carried[token]) carried[token] = values[at];
    }
  }
}

/** Consecutive tokens of a text, and the values carried to them. */
export interface CarriedBlock {
  ids: Uint32Array;
  /** Each of shape [ids]. */
  values: Uint8Array[];
  /** Tokens of the other tokenizer that end within the text so far. */
  fromTokens: number;
}

/**
 * Tokenizes a text both ways and carries several arrays of values, a block at a time, so that the text may be of any
 * length. The blocks hold no end-of-text.
 *
 * @param values - each of shape [tokens of `from`], or longer
 */
export function* carryBlocks(
  text: string,
  values: readonly Uint8Array[],
  from: Tokenizer,
  to: Tokenizer,
): Generator<CarriedBlock> {
  const source = from.encodeBlocks(text, BLOCK_TOKENS)[Symbol.iterator]();
  // Tokens of `from` that reach into the block of `to` at hand, the first being number `passed`.
  let run: Run = { ends: new Uint32Array(), start: 0 };
  let passed = 0;
  let start = 0;
  for (const { ids, ends } of to.encodeBlocks(text, BLOCK_TOKENS)) {
    const end = ends[ends.length - 1];
    while ((run.ends.at(-1) ?? run.start) < end) {
      const next = source.next();
      if (next.done) throw new Error(`The tokenizations cover ${run.ends.at(-1) ?? 0} and at least ${end} bytes`);
      run = { ...run, ends: joined(run.ends, next.value.ends) };
    }
    const carried = values.map((array) => {
      const block = new Uint8Array(ids.length);
      sweep(array.subarray(passed), run, { ends, start }, block);
      return block;
    });
    start = end;
    let over = run.ends.findIndex((each) => each > end);
    if (over < 0) over = run.ends.length;
    if (over > 0) run = { ends: run.ends.slice(over), start: run.ends[over - 1] };
    passed += over;
    yield { ids, values: carried, fromTokens: passed };
  }
}

function joined(one: Uint32Array, other: Uint32Array): Uint32Array {
  const both = new Uint32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
