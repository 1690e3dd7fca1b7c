/**
 * @file Words: where the pieces of a text end that byte-pair merging must not cross.
 *
 * The patterns of GPT-2, cl100k_base (Llama 3 and Qwen write it their way) and o200k_base are followed by hand
 * (`scanners.ts`), several times faster than the regular expression and at any length. Any other pattern runs as a
 * regular expression, whose engine has a limit: a run of some million characters of one class ends in a UserError, not
 * in other words.
 */
import { UserError } from "../base/errors.js";
import { cl100kWords, gpt2Words, o200kWords } from "./scanners.js";
import { javascriptPattern } from "./tokenizer-json.js";

/** End of the word that begins at `at` (in UTF-16 units, at < text.length); always beyond `at`. */
export type WordEnd = (text: string, at: number) => number;

const CONTRACTIONS = ["(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?:[sSſ]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])"];
const SPACES = String.raw`|\s*[\r\n]+|\s+(?!\S)|\s+`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const cl100k = (contraction: string, numbers: string) =>
  String.raw`${contraction}|[^\r\n\p{L}\p{N}]?\p{L}+|${numbers}| ?[^\s\p{L}\p{N}]+[\r\n]*${SPACES}`;
const o200k = (contraction: string) =>
  [`${UPPER}*${LOWER}+`, `${UPPER}+${LOWER}*`]
    .map((letters) => String.raw`[^\r\n\p{L}\p{N}]?${letters}(?:${contraction})?|`)
    .join("") + String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*${SPACES}`;

/** Scanners by the pattern they follow. */
const SCANNERS = new Map<string, () => WordEnd>([
  [gpt2, gpt2Words],
  ...CONTRACTIONS.flatMap((contraction): [string, () => WordEnd][] => [
    [cl100k(contraction, String.raw`\p{N}{1,3}`), () => cl100kWords(3)],
    [cl100k(contraction, String.raw`\p{N}`), () => cl100kWords(1)],
    [o200k(contraction), o200kWords],
  ]),
]);

/** The patterns that are followed by hand, as tokenizer.json writes them. */
export const KNOWN_PATTERNS: readonly string[] = [...SCANNERS.keys()];

/** Finds words by a pattern as tokenizer.json writes it; undefined when JavaScript cannot follow it exactly. */
export function wordScanner(pattern: string): WordEnd | undefined {
  const scanner = SCANNERS.get(pattern);
  if (scanner) return scanner();
  const expression = javascriptPattern(pattern);
  return expression && expressionWords(expression);
}

/** Words are the matches and what lies between them; an empty match ends a word, as with String.matchAll. */
export function expressionWords({ source }: RegExp): WordEnd {
  const here = new RegExp(source, "uy");
  const onwards = new RegExp(source, "gu");
  const search = (text: string, from: number) => {
    onwards.lastIndex = from;
    return onwards.exec(text)?.index ?? text.length;
  };
  return (text, at) => {
    try {
      here.lastIndex = at;
      const isMatch = here.test(text);
      if (isMatch && here.lastIndex > at) return here.lastIndex;
      return search(text, isMatch ? at + (text.codePointAt(at)! > 0xffff ? 2 : 1) : at);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(
        `A run of characters at ${at} of a text of ${text.length} is too long for this tokenizer's word pattern, which JavaScript's regular expressions follow. Split the text, or use a tokenizer with the pattern of GPT-2, cl100k_base or o200k_base.`,
      );
    }
  };
}
