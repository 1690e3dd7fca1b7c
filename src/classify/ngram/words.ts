/**
 * @file Words of a text: runs of letters and marks, where they start and end in UTF-16 units.
 *
 * A scanner over a table of classes by hand: a regular expression with \p{L} is several times slower, and this is the inner
 * loop of scoring. Where a script is written without spaces, a change of script ends a word too, which cuts Japanese into
 * readable words; long runs of Chinese or Thai stay whole, and their pieces (`pieces.ts`) tell them apart.
 */

/** Where words are. Arrays grow and are used again; only the first `count` entries hold. */
export interface WordSpans {
  count: number;
  starts: Uint32Array;
  ends: Uint32Array;
}

/** A run of more units is cut: so much is a word in no language. */
const LONGEST_WORD = 64;

const [NO_LETTER, LETTER, HAN, HIRAGANA, KATAKANA, MARK, SURROGATE] = [0, 1, 2, 3, 4, 5, 6];

let table: Uint8Array | undefined;

/** Class of every UTF-16 unit, made when it is first needed. */
function classes(): Uint8Array {
  return (table ??= Uint8Array.from({ length: 2 ** 16 }, (_, unit) =>
    unit >= 0xd800 && unit <= 0xdfff ? SURROGATE : classOf(unit),
  ));
}

function classOf(point: number): number {
  const character = String.fromCodePoint(point);
  if (/\p{M}/u.test(character)) return MARK;
  if (!/\p{L}/u.test(character)) return NO_LETTER;
  if (/\p{scx=Katakana}/u.test(character)) return KATAKANA;
  if (/\p{Script=Hiragana}/u.test(character)) return HIRAGANA;
  return /\p{Script=Han}/u.test(character) ? HAN : LETTER;
}

export function emptySpans(): WordSpans {
  return { count: 0, starts: new Uint32Array(1024), ends: new Uint32Array(1024) };
}

/** Finds the words of a text, in order, into `spans`. A mark belongs to the letters before it, or after it at a start. */
export function findWords(text: string, spans: WordSpans): void {
  const kinds = classes();
  spans.count = 0;
  let start = 0;
  let current = NO_LETTER;
  for (let at = 0; at < text.length; ) {
    let kind = kinds[text.charCodeAt(at)];
    let size = 1;
    if (kind === SURROGATE) {
      const point = text.codePointAt(at)!;
      if (point > 0xffff) size = 2;
      kind = size === 2 ? classOf(point) : NO_LETTER;
    }
    // A mark goes on with the word it is in.
    if (kind === MARK && current !== NO_LETTER) kind = current;
    else if (current === MARK && kind !== NO_LETTER) current = kind;
    if (kind !== current || (current !== NO_LETTER && at + size - start > LONGEST_WORD)) {
      if (current !== NO_LETTER) add(spans, start, at);
      start = at;
      current = kind;
    }
    at += size;
  }
  if (current !== NO_LETTER) add(spans, start, text.length);
}

function add(spans: WordSpans, start: number, end: number): void {
  if (spans.count === spans.starts.length) {
    spans.starts = doubled(spans.starts);
    spans.ends = doubled(spans.ends);
  }
  spans.starts[spans.count] = start;
  spans.ends[spans.count++] = end;
}

function doubled(values: Uint32Array): Uint32Array {
  const larger = new Uint32Array(2 * values.length);
  larger.set(values);
  return larger;
}
