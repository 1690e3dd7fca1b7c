import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HARD_TEXTS, hardText } from "./testing/texts.js";
import { javascriptPattern } from "./tokenizer-json.js";
import { expressionWords, KNOWN_PATTERNS, type WordEnd, wordScanner } from "./words.js";

function wordsBy(wordEnd: WordEnd, text: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = wordEnd(text, at);
    expect(end).toBeGreaterThan(at);
    words.push(text.slice(at, end));
    at = end;
  }
  return words;
}

/** The plain way: all matches at once, and what lies between them. */
function wordsByMatching(expression: RegExp, text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (const match of text.matchAll(expression)) {
    words.push(text.slice(start, match.index), match[0]);
    start = match.index + match[0].length;
  }
  words.push(text.slice(start));
  return words.filter((word) => word !== "");
}

describe("words", () => {
  it.each(KNOWN_PATTERNS)("by hand are those of the expression %s", (pattern) => {
    const expression = javascriptPattern(pattern)!;
    const scanner = wordScanner(pattern)!;
    for (const text of HARD_TEXTS) expect(wordsBy(scanner, text)).toEqual(wordsByMatching(expression, text));
    fc.assert(
      fc.property(hardText(), (text) => {
        expect(wordsBy(scanner, text)).toEqual(wordsByMatching(expression, text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([String.raw`\p{L}+|\d`, "a*", "(?<=b)", String.raw`[ab]{2}|\s(?=b)`, "\\s+$|^a"])(
    "of any other expression are its matches and what lies between: %s",
    (pattern) => {
      const scanner = wordScanner(pattern)!;
      fc.assert(
        fc.property(fc.oneof(hardText(), fc.string({ unit: fc.constantFrom("a", "b", " ", "🫀") })), (text) => {
          expect(wordsBy(scanner, text)).toEqual(wordsByMatching(javascriptPattern(pattern)!, text));
        }),
      );
    },
  );

  it.each(KNOWN_PATTERNS)("by hand may be as long as the text: %s", (pattern) => {
    const scanner = wordScanner(pattern)!;
    for (const character of ["字", " ", "\n", "!", "A", "a", "\u0301", "𝒳"]) {
      const text = character.repeat(3_000_000 / character.length);
      expect(scanner(text, 0)).toBe(text.length);
    }
  });

  it("of an expression end in a sentence where the engine gives up", () => {
    const letters = expressionWords(/\p{L}+/gu);
    expect(() => letters("字".repeat(20_000_000), 0)).toThrow(
      /run of characters at 0 of a text of 20000000 is too long/,
    );
  });

  it("need a pattern that JavaScript can follow", () => {
    expect(wordScanner("(?>a)")).toBeUndefined();
  });
});
