/** @file Synthetic texts that are hard to tokenize. */
import fc from "fast-check";
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

/** Synthetic texts of everything that word patterns look at: runs, contractions, marks, astral characters, white space. */
export function hardText(): fc.Arbitrary<string> {
  const pieces = [
    ..."abzABZsdmtSDMTlLvVrReE019 \t\n\r'.,!/-",
    ..."éÉßſKǅʰªº字日ا\u0301\u0903\u20dd²Ⅷ٣𝒳𝓪🫀👍🏽\u200d\ufeff\u0085\u00a0\u2003\u2028\u3000\u180e\u0000",
    ...[
      "  ",
      "   ",
      "\r\n",
      "\n\n",
      " \n ",
      "'s",
      "'LL",
      "'ve",
      "'\u017f",
      " word",
      "Word",
      "ing",
      "123",
      "\ud83e\udec0",
    ],
  ];
  const run = fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 40 }));
  const part = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: run.map(([piece, times]) => piece.repeat(times)) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
  );
  return fc.array(part, { maxLength: 40 }).map((parts) => parts.join(""));
}
