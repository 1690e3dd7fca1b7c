/**
 * @file Character classes: what the word patterns of byte-level vocabularies ask of a character, as bits in a table.
 *
 * A regular expression with \p{L} keeps a way back for every character it has taken, and V8 gives up on runs of a few
 * million; a table costs one look-up and never gives up. It is filled from the engine's own Unicode data, so that both
 * agree.
 */

export const LETTER = 1; // \p{L}
export const NUMBER = 2; // \p{N}
export const SPACE = 4; // \p{White_Space}
export const NEWLINE = 8; // \r and \n, which are SPACE too
/** Can stand in the upper-case part of a word of o200k_base: [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]. */
export const UPPER = 16;
/** Can stand in the lower-case part: [\p{Ll}\p{Lm}\p{Lo}\p{M}]. */
export const LOWER = 32;

const CLASSES: readonly (readonly [number, RegExp])[] = [
  [LETTER, /\p{L}+/gu],
  [NUMBER, /\p{N}+/gu],
  [SPACE, /\p{White_Space}+/gu],
  [NEWLINE, /[\r\n]+/gu],
  [UPPER, /[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+/gu],
  [LOWER, /[\p{Ll}\p{Lm}\p{Lo}\p{M}]+/gu],
];
const CODE_POINTS = 0x110000;
const SURROGATES = { from: 0xd800, to: 0xdfff };

let table: Uint8Array | undefined;

/** Classes of every code point, one byte each; filled when first asked for (some 50 ms). */
export function characterClasses(): Uint8Array {
  table ??= fillTable();
  return table;
}

function fillTable(): Uint8Array {
  const classes = new Uint8Array(CODE_POINTS);
  const step = 0x1000;
  for (let first = 0; first < CODE_POINTS; first += step) {
    if (first + step > SURROGATES.from && first <= SURROGATES.to) continue; // 0xd000 is done below
    fillRange(classes, first, first + step);
  }
  fillRange(classes, 0xd000, SURROGATES.from);
  return classes;
}

/** Classes of code points [first, end), no surrogates among them. */
function fillRange(classes: Uint8Array, first: number, end: number): void {
  const text = String.fromCodePoint(...Array.from({ length: end - first }, (_, offset) => first + offset));
  const unitsEach = first > 0xffff ? 2 : 1;
  for (const [bit, pattern] of CLASSES) {
    for (const { index, 0: run } of text.matchAll(pattern)) {
      const from = first + index / unitsEach;
      for (let code = from; code < from + run.length / unitsEach; code++) classes[code] |= bit;
    }
  }
}
