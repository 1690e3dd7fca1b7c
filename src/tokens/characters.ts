/**
 * @file Character classes: what the word patterns of byte-level vocabularies ask of a character, as bits in a table.
 *
 * A regular expression with \p{L} keeps a way back for every character it has taken, and gives up on runs of a few
 * million; a table costs one look-up and never gives up. It holds what Hugging Face's regular expressions know: JavaScript's
 * Unicode is another version, in every version of Node another one, and words would end elsewhere.
 */
import { CHARACTER_RUNS } from "./character-runs.js";

export const LETTER = 1; // \p{L}
export const NUMBER = 2; // \p{N}
export const SPACE = 4; // \s
export const NEWLINE = 8; // \r and \n, which are SPACE too
/** Can stand in the upper-case part of a word of o200k_base: [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]. */
export const UPPER = 16;
/** Can stand in the lower-case part: [\p{Ll}\p{Lm}\p{Lo}\p{M}]. */
export const LOWER = 32;

/** What the letters of CHARACTER_RUNS stand for, from A on. */
export const RUN_CLASSES: readonly number[] = [
  0,
  NUMBER,
  SPACE,
  SPACE | NEWLINE,
  LETTER | UPPER,
  LETTER | LOWER,
  UPPER | LOWER,
  LETTER | UPPER | LOWER,
];
const CODE_POINTS = 0x110000;

let table: Uint8Array | undefined;

/** Classes of every code point, one byte each (1.1 MB); surrogates have none. */
export function characterClasses(): Uint8Array {
  if (!table) {
    table = new Uint8Array(CODE_POINTS);
    let at = 0;
    for (const [, letter, length] of CHARACTER_RUNS.matchAll(/([A-Z])([0-9a-z]+)/g)) {
      const end = at + Number.parseInt(length, 36);
      table.fill(RUN_CLASSES[letter.charCodeAt(0) - 65], at, end);
      at = end;
    }
  }
  return table;
}

export const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
