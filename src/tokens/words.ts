/**
 * @file Words: where the pieces of a text end that byte-pair merging must not cross.
 *
 * The patterns of GPT-2, cl100k_base (Llama 3 and Qwen write it their way) and o200k_base are followed by hand
 * (`scanners.ts`), several times faster than a regular expression and at any length. Any other pattern is followed by
 * Hugging Face's library itself: its dialect (Oniguruma) has a Unicode, a `\w`, a `^` and a `$` of its own, and possessive,
 * atomic, nested and POSIX constructs that JavaScript reads otherwise or not at all. It finds all words of a text at once.
 */
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { UserError } from "../base/errors.js";
import { cl100kWords, gpt2Words, o200kWords, type Scanner } from "./scanners.js";

/** The words of one text: end of the word that begins at `at` (UTF-16 units). Asked in rising order. */
export type WordEnd = (at: number) => number;

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
const SCANNERS = new Map<string, () => Scanner>([
  [gpt2, gpt2Words],
  ...CONTRACTIONS.flatMap((contraction): [string, () => Scanner][] => [
    [cl100k(contraction, String.raw`\p{N}{1,3}`), () => cl100kWords(3)],
    [cl100k(contraction, String.raw`\p{N}`), () => cl100kWords(1)],
    [o200k(contraction), o200kWords],
  ]),
]);

/** The patterns that are followed by hand, as tokenizer.json writes them. */
export const KNOWN_PATTERNS: readonly string[] = [...SCANNERS.keys()];

/**
 * Finds the words of texts by a pattern as tokenizer.json writes it: its matches, and what lies between them.
 *
 * @param name - of the tokenizer, in messages
 * @throws UserError when the library cannot read the pattern
 */
export function wordFinder(pattern: string, name: string): (text: string) => WordEnd {
  const scanner = SCANNERS.get(pattern)?.();
  return scanner ? (text) => (at) => scanner(text, at) : libraryWords(pattern, name);
}

/** The library's own way. */
export function libraryWords(pattern: string, name: string): (text: string) => WordEnd {
  const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  const model = { type: "WordLevel", vocab: {}, unk_token: "" };
  const json = JSON.stringify({ version: "1.0", added_tokens: [], pre_tokenizer: split, model });
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(json);
  } catch (error) {
    throw new UserError(
      `The tokenizer library cannot read the word pattern ${pattern} of ${name}: ${(error as Error).message}.`,
    );
  }
  const finder = native.getPreTokenizer()!;
  return (text) => {
    const words = finder.preTokenizeString(text);
    let next = 0;
    let end = 0;
    return (at) => {
      while (end <= at) end += words[next++][0].length;
      return end;
    };
  };
}
