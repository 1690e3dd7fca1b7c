/**
 * @file Labels and scores of one tokenizer carried to another, on UTF-8 byte offsets.
 *
 * Both tokenizations cover the same bytes; one sweep with two pointers, linear in tokens. Any overlap counts: each token
 * gets the highest value among the tokens it shares a byte with. A normalizer may make more tokens of a character than it
 * has bytes: `carryBlocks` takes those without a byte of their own to stand for the byte before them. A text may also have
 * no tokens in one of the two, where all it holds is normalized away: nothing is carried then.
 */
import type { Tokenizer } from "./tokenizer.js";

/** Tokens of each tokenizer whose offsets are in memory at a time. */
const BLOCK_TOKENS = 2 ** 16;

/**
 * @param values - labels (1 where forget) or stored scores, shape [from]
 * @param fromEnds - byte offset at which each token with a value ends, ascending, shape [from]
 * @param toEnds - the same for the other tokenization of the same bytes, shape [to]
 * @returns values of the other tokens, shape [to]; a token of no bytes (a special one) overlaps nothing and has 0
 */
export function carry(values: Uint8Array, fromEnds: Uint32Array, toEnds: Uint32Array): Uint8Array {
  if (values.length !== fromEnds.length) throw new Error(`${values.length} values for ${fromEnds.length} tokens`);
  const bytes = [fromEnds, toEnds].map((ends) => ends.at(-1));
  if (!bytes.includes(undefined) && bytes[0] !== bytes[1])
    throw new Error(`The tokenizations cover ${bytes.join(" and ")} bytes of one text`);
  const carried = new Uint8Array(toEnds.length);
  sweep(values, { ends: fromEnds, start: 0 }, { ends: toEnds, start: 0 }, carried, startOf);
  return carried;
}

/** Consecutive tokens: where each ends, and where the first starts. */
interface Run {
  ends: Uint32Array;
  start: number;
}

function sweep(values: Uint8Array, from: Run, to: Run, carried: Uint8Array, startAt: typeof startOf): void {
  let first = 0;
  for (let token = 0; token < to.ends.length; token++) {
    const [start, end] = [startAt(to, token), to.ends[token]];
    while (first < from.ends.length && from.ends[first] <= start) first++;
    for (let at = first; at < from.ends.length && startAt(from, at) < end; at++) {
      const overlaps = Math.min(end, from.ends[at]) > Math.max(start, startAt(from, at));
      if (overlaps && values[at] > carried[token]) carried[token] = values[at];
    }
  }
}

function startOf({ ends, start }: Run, token: number): number {
  return token === 0 ? start : ends[token - 1];
}

/** The same, and of a token of no bytes the byte before it; there is none before a space that is put in front of a text. */
function startOfText(run: Run, token: number): number {
  const start = startOf(run, token);
  return start < run.ends[token] ? start : Math.max(0, start - 1);
}

/** Consecutive tokens of a text, and the values carried to them. */
export interface CarriedBlock {
  ids: Uint32Array;
  /** Each of shape [ids]. */
  values: Uint8Array[];
}

/**
 * Tokenizes a text both ways and carries several arrays of values, a block at a time, so that the text may be of any
 * length. The blocks hold no end-of-text.
 *
 * @param values - each of shape [tokens of `from`], or longer
 * @returns how many tokens `from` makes of the text
 */
export function* carryBlocks(
  text: string,
  values: readonly Uint8Array[],
  from: Tokenizer,
  to: Tokenizer,
): Generator<CarriedBlock, number> {
  const source = from.encodeBlocks(text, BLOCK_TOKENS)[Symbol.iterator]();
  // Tokens of `from` that reach into the block of `to` at hand, or stand for the byte before it; the first is number `passed`.
  let run: Run = { ends: new Uint32Array(), start: 0 };
  let passed = 0;
  let start = 0;
  const readOn = () => {
    const { value, done } = source.next();
    if (!done) run = { ...run, ends: joined(run.ends, value.ends) };
    return !done;
  };
  for (const { ids, ends } of to.encodeBlocks(text, BLOCK_TOKENS)) {
    const end = ends[ends.length - 1];
    while ((run.ends.at(-1) ?? 0) <= end && readOn());
    const covered = run.ends.at(-1) ?? run.start;
    if (covered < end && passed + run.ends.length > 0)
      throw new Error(`The tokenizations cover ${covered} and at least ${end} bytes of one text`);
    const carried = values.map((array) => {
      const block = new Uint8Array(ids.length);
      sweep(array.subarray(passed), run, { ends, start }, block, startOfText);
      return block;
    });
    start = end;
    let over = run.ends.findIndex((each) => each >= end);
    if (over < 0) over = run.ends.length;
    if (over > 0) run = { ends: run.ends.slice(over), start: run.ends[over - 1] };
    passed += over;
    yield { ids, values: carried };
  }
  passed += run.ends.length;
  for (let next = source.next(); !next.done; next = source.next()) passed += next.value.ends.length;
  return passed;
}

function joined(one: Uint32Array, other: Uint32Array): Uint32Array {
  const both = new Uint32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
