/**
 * @file Word patterns followed by hand: GPT-2, cl100k_base, o200k_base.
 *
 * Each function does what its regular expression does, alternative by alternative; `words.test.ts` holds them against
 * the expressions. Time is linear in the text, memory none: a word may be as long as the text.
 */
import { characterClasses, isSurrogate, LETTER, LOWER, NEWLINE, NUMBER, SPACE, UPPER } from "./characters.js";

/** End of the word that begins at `at` (in UTF-16 units, at < text.length); always beyond `at`. */
export type Scanner = (text: string, at: number) => number;

const SPACE_UNIT = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const WORD_OR_SPACE = LETTER | NUMBER | SPACE;

/** Classes of the character at a position; 0 at the end of the text. */
function classAt(classes: Uint8Array, text: string, at: number): number {
  if (at >= text.length) return 0;
  const unit = text.charCodeAt(at);
  return classes[isSurrogate(unit) ? text.codePointAt(at)! : unit];
}

/** UTF-16 units of the character at a position. */
function unitsAt(text: string, at: number): number {
  return isSurrogate(text.charCodeAt(at)) && text.codePointAt(at)! > 0xffff ? 2 : 1;
}

/** End of the run from `at` of characters in any of the classes, or, with `inside` false, in none of them. */
function runEnd(classes: Uint8Array, text: string, at: number, wanted: number, inside = true): number {
  const { length } = text;
  while (at < length) {
    const unit = text.charCodeAt(at);
    const code = isSurrogate(unit) ? text.codePointAt(at)! : unit;
    if (((classes[code] & wanted) !== 0) !== inside) break;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}

/** End of `\s+(?!\S)|\s+`, with `newlines` of `\s*[\r\n]+|\s+(?!\S)|\s+`. White space is one unit per character. */
function spacesEnd(classes: Uint8Array, text: string, at: number, newlines: boolean): number {
  const end = runEnd(classes, text, at, SPACE);
  if (newlines) {
    for (let last = end; last > at; last--) if ((classes[text.charCodeAt(last - 1)] & NEWLINE) !== 0) return last;
  }
  return end < text.length && end - at > 1 ? end - 1 : end; // the last space belongs to what follows
}

/** End of `'(?:[sSſ]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])`, or `at` when there is none. */
function contractionEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== APOSTROPHE) return at;
  switch (text[at + 1]) {
    case "s":
    case "S":
    case "ſ":
    case "d":
    case "D":
    case "m":
    case "M":
    case "t":
    case "T":
      return at + 2;
    case "l":
    case "L":
      return text[at + 2] === "l" || text[at + 2] === "L" ? at + 3 : at;
    case "v":
    case "V":
    case "r":
    case "R":
      return text[at + 2] === "e" || text[at + 2] === "E" ? at + 3 : at;
    default:
      return at;
  }
}

/** `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` */
export function gpt2Words(): Scanner {
  const classes = characterClasses();
  return (text, at) => {
    const contraction = contractionEnd(text, at);
    if (contraction > at && /^'[a-z]+$/.test(text.slice(at, contraction))) return contraction;
    const start = text.charCodeAt(at) === SPACE_UNIT ? at + 1 : at;
    const first = classAt(classes, text, start);
    if ((first & LETTER) !== 0) return runEnd(classes, text, start, LETTER);
    if ((first & NUMBER) !== 0) return runEnd(classes, text, start, NUMBER);
    if (start < text.length && (first & SPACE) === 0) return runEnd(classes, text, start, WORD_OR_SPACE, false);
    return spacesEnd(classes, text, at, false);
  };
}

/**
 * `'(?i:...)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
 *
 * @param digits - n
 */
export function cl100kWords(digits: number): Scanner {
  const classes = characterClasses();
  return (text, at) => {
    const contraction = contractionEnd(text, at);
    if (contraction > at) return contraction;
    const first = classAt(classes, text, at);
    if ((first & LETTER) !== 0) return runEnd(classes, text, at, LETTER);
    if ((first & NUMBER) !== 0) return numberEnd(classes, text, at, digits);
    if ((first & NEWLINE) === 0) {
      const next = at + unitsAt(text, at);
      if ((classAt(classes, text, next) & LETTER) !== 0) return runEnd(classes, text, next, LETTER);
    }
    return othersEnd(classes, text, at, first) || spacesEnd(classes, text, at, true);
  };
}

/** End of `\p{N}{1,n}`, given that a number begins. */
function numberEnd(classes: Uint8Array, text: string, at: number, digits: number): number {
  for (let taken = 0; taken < digits && (classAt(classes, text, at) & NUMBER) !== 0; taken++) at += unitsAt(text, at);
  return at;
}

/** End of ` ?[^\s\p{L}\p{N}]+[\r\n]*` (o200k: `[\r\n/]*`); 0 when it does not match. */
function othersEnd(classes: Uint8Array, text: string, at: number, first: number, slashes = false): number {
  const start = text.charCodeAt(at) === SPACE_UNIT ? at + 1 : at;
  const own = start === at ? first : classAt(classes, text, start);
  if (start === text.length || (own & WORD_OR_SPACE) !== 0) return 0;
  let end = runEnd(classes, text, start, WORD_OR_SPACE, false);
  while (
    end < text.length &&
    ((classAt(classes, text, end) & NEWLINE) !== 0 || (slashes && text.charCodeAt(end) === SLASH))
  )
    end++;
  return end;
}

/**
 * `[^\r\n\p{L}\p{N}]?U*L+(?:c)?|[^\r\n\p{L}\p{N}]?U+L*(?:c)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
 * with U `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, L `[\p{Ll}\p{Lm}\p{Lo}\p{M}]` and c a contraction.
 */
export function o200kWords(): Scanner {
  const classes = characterClasses();
  /** End of `U*L+` from a position; 0 when it does not match. Capitals give back what lower case needs. */
  const lowerWord = (text: string, start: number): number => {
    const capitals = runEnd(classes, text, start, UPPER);
    const end = runEnd(classes, text, capitals, LOWER);
    if (end > capitals) return end;
    for (let at = capitals; at > start; ) {
      const before = at - (at - start > 1 && unitsAt(text, at - 2) === 2 ? 2 : 1);
      if ((classAt(classes, text, before) & LOWER) !== 0) return at;
      at = before;
    }
    return 0;
  };
  /** End of `U+L*`; 0 when it does not match. */
  const upperWord = (text: string, start: number): number => {
    const capitals = runEnd(classes, text, start, UPPER);
    return capitals > start ? runEnd(classes, text, capitals, LOWER) : 0;
  };
  return (text, at) => {
    const first = classAt(classes, text, at);
    const mayPrefix = (first & (LETTER | NUMBER | NEWLINE)) === 0;
    const after = mayPrefix ? at + unitsAt(text, at) : at;
    const word =
      (mayPrefix && lowerWord(text, after)) ||
      lowerWord(text, at) ||
      (mayPrefix && upperWord(text, after)) ||
      upperWord(text, at);
    if (word) return contractionEnd(text, word);
    if ((first & NUMBER) !== 0) return numberEnd(classes, text, at, 3);
    return othersEnd(classes, text, at, first, true) || spacesEnd(classes, text, at, true);
  };
}
