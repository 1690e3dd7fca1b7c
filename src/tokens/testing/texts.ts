/** @file Synthetic texts that are hard to tokenize. */
import { random } from "../../base/random.js";

export const HARD_TEXTS = [
  "",
  " ",
  "plain words, twice: plain words",
  "👩‍👩‍👧‍👦 🇨🇭 🫀",
  "日本語のテキストと中文字符",
  "e\u0301 n\u0303 \u200d\u0301 combining first",
  "tabs\t\tand\r\nlines \u00a0\u2003 \u0085 \ufeff spaces   ",
  "I'm SHE'LL we'\u017f don't 'S",
  "<|endoftext|><|hidden|><|pad|><|im_start|>user<|im_end|><|refusal|>",
  "\u0000\u0001\u007f control",
];

/** Random text over an alphabet that stresses word boundaries and byte lengths. */
export function randomText(seed: number, length: number): string {
  const alphabet = [..." \n\tabcABC019'.,!é\u0301ßſ字漢🫀👍🏽\u200d\ufeff\u0085"];
  const draw = random(seed, "synthetic:text");
  return Array.from({ length }, () => alphabet[draw.integer(alphabet.length)]).join("");
}
