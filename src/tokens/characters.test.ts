import { Tokenizer as NativeTokenizer } from "tokenizers";
import { expect, it } from "vitest";
import { characterClasses, LETTER, LOWER, NEWLINE, NUMBER, RUN_CLASSES, SPACE, UPPER } from "./characters.js";

const PATTERNS: [number, string][] = [
  [LETTER, String.raw`\p{L}+`],
  [NUMBER, String.raw`\p{N}+`],
  [SPACE, String.raw`\s+`],
  [NEWLINE, String.raw`[\r\n]+`],
  [UPPER, String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+`],
  [LOWER, String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`],
];

/** The others have no characters, or private ones. */
const PLANES = [0, 1, 2, 3, 14];

/** What the library finds in a text of all characters. */
function libraryClasses(): Uint8Array {
  const classes = new Uint8Array(0x110000);
  const finders = PATTERNS.map(([bit, pattern]) => {
    const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Removed", invert: true };
    const model = { type: "WordLevel", vocab: {}, unk_token: "" };
    const json = { version: "1.0", added_tokens: [], pre_tokenizer: split, model };
    return { bit, finder: NativeTokenizer.fromString(JSON.stringify(json)).getPreTokenizer()! };
  });
  for (const plane of PLANES) {
    const codes = Array.from({ length: 0x10000 }, (_, offset) => 0x10000 * plane + offset);
    const characters = codes.map((code) => (code >= 0xd800 && code < 0xe000 ? "" : String.fromCodePoint(code)));
    for (const { bit, finder } of finders)
      for (const [found] of finder.preTokenizeString(characters.join("")))
        for (const character of found) classes[character.codePointAt(0)!] |= bit;
  }
  return classes;
}

/** The text of character-runs.ts that says the same. */
function writeRuns(classes: Uint8Array): string {
  let runs = "";
  for (let from = 0, to = 0; from < classes.length; from = to) {
    while (to < classes.length && classes[to] === classes[from]) to++;
    runs += String.fromCharCode(65 + RUN_CLASSES.indexOf(classes[from])) + (to - from).toString(36);
  }
  return runs.replace(/.{100,110}(?=[A-Z])/g, "$&\n");
}

it("characters are of the classes that Hugging Face's regular expressions give them, every one", () => {
  const classes = libraryClasses();
  const isSame = Buffer.compare(classes, characterClasses()) === 0;
  if (!isSame) console.log(`character-runs.ts should hold:\n${writeRuns(classes)}`);
  expect(isSame).toBe(true);
});
