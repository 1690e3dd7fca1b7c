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
const PLANE = 0x10000;
const PLANES = 17;
const SURROGATES = { from: 0xd800, to: 0xe000 };

let table: Uint8Array | undefined;
let isAstralFilled = false;

/**
 * Classes of every code point, one byte each (1.1 MB); surrogates have none.
 *
 * Those beyond the first plane are there once `codePointOf` has met one: most texts have none, and it takes a moment.
 */
export function characterClasses(): Uint8Array {
  if (!table) {
    table = new Uint8Array(PLANES * PLANE);
    fillRange(table, 0, SURROGATES.from);
    fillRange(table, SURROGATES.to, PLANE);
  }
  return table;
}

export const isSurrogate = (unit: number) => unit >= SURROGATES.from && unit < SURROGATES.to;

/** The code point at a surrogate: a character of two units, or the surrogate when it stands alone. */
export function codePointOf(text: string, at: number): number {
  const code = text.codePointAt(at)!;
  if (code >= PLANE && !isAstralFilled) {
    isAstralFilled = true;
    for (let plane = 1; plane < PLANES; plane++) fillRange(characterClasses(), plane * PLANE, (plane + 1) * PLANE);
  }
  return code;
}

/** Classes of code points [first, end), all of one or all of two UTF-16 units, no surrogates among them. */
function fillRange(classes: Uint8Array, first: number, end: number): void {
  const unitsEach = first < PLANE ? 1 : 2;
  let text = "";
  for (let from = first; from < end; from += 4096) {
    const codes = Array.from({ length: Math.min(4096, end - from) }, (_, offset) => from + offset);
    text += String.fromCodePoint(...codes);
  }
  for (const [bit, pattern] of CLASSES) {
    for (const { index, 0: run } of text.matchAll(pattern)) {
      const from = first + index / unitsEach;
      const to = from + run.length / unitsEach;
      for (let code = from; code < to; code++) classes[code] |= bit;
    }
  }
}
