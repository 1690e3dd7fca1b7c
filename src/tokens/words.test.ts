import fc from "fast-check";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { HARD_TEXTS, hardText } from "./testing/texts.js";
import { KNOWN_PATTERNS, type WordEnd, wordFinder } from "./words.js";

function wordsBy(finder: (text: string) => WordEnd, text: string): string[] {
  const words: string[] = [];
  const wordEnd = finder(text);
  for (let at = 0; at < text.length; ) {
    const end = wordEnd(at);
    expect(end).toBeGreaterThan(at);
    words.push(text.slice(at, end));
    at = end;
  }
  return words;
}

/** What the library's tokenizer makes of a text, every word a token. */
function libraryOracle(pattern: string): (text: string) => Promise<string[]> {
  const split = { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false };
  const model = { type: "WordLevel", vocab: { "<unk>": 0 }, unk_token: "<unk>" };
  const json = { version: "1.0", added_tokens: [], normalizer: null, pre_tokenizer: split, model };
  const native = NativeTokenizer.fromString(JSON.stringify(json));
  return async (text) => {
    const characters = [...text];
    const encoding = await native.encode(text, null, { addSpecialTokens: false });
    return encoding.getOffsets().map(([start, end]) => characters.slice(start, end).join(""));
  };
}

const letters = fc.string({ unit: fc.constantFrom(..."ab \n09fF_-é字🫀ſ\u0301\u00b2\u0660\u2028\u{323b0}") });

describe("words", () => {
  it.each(KNOWN_PATTERNS)("by hand are those of the library: %s", async (pattern) => {
    const oracle = libraryOracle(pattern);
    const finder = wordFinder(pattern, "x");
    for (const text of HARD_TEXTS) expect(wordsBy(finder, text)).toEqual(await oracle(text));
    await fc.assert(
      fc.asyncProperty(hardText(), async (text) => {
        expect(wordsBy(finder, text)).toEqual(await oracle(text));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ...[String.raw`\p{L}+|\d`, "a*", "(?<=b)", String.raw`[ab]{2}|\s(?=b)`, "\\s+$|^a", String.raw`\d{1,3}|[^\d]+`],
    ...[String.raw`\w+`, String.raw`\W`, String.raw`\b`, String.raw`\B.`, "^.", ".$", "a?$", String.raw`\A.|.\z|a\Z`],
    ...[
      "[[:alpha:]]+",
      "[[:^space:]]+",
      "[[:digit:][:punct:]]",
      "[[a-z]&&[^b]]+",
      "[a-f[0-9]]+",
      String.raw`[\w&&[^\d_]]+`,
    ],
    ...["a++b", "(?>a|ab)b", "[ab]*+ ", String.raw`\h+`, String.raw`\H+`, String.raw`\R`, String.raw`\X`, "(?i:s|f)+"],
    ...[String.raw`(?i)A\d`, "(?m:a.)", "(?x: a b )", "(?<n>a)\\k<n>", "(a)\\1", "a{,2}b", "a{2}?", "a{1}+"],
    ...[String.raw`\p{Han}+`, String.raw`\p{^L}`, String.raw`\P{L}+`, String.raw`\p{Alnum}`, "(?!a).", "(?<!a)b", "a|"],
  ])("of any other pattern are the library's too: %s", async (pattern) => {
    const oracle = libraryOracle(pattern);
    const finder = wordFinder(pattern, "x");
    await fc.assert(
      fc.asyncProperty(fc.oneof(hardText(), letters), async (text) => {
        expect(wordsBy(finder, text)).toEqual(await oracle(text));
      }),
      { numRuns: 60 },
    );
  });

  it.each(KNOWN_PATTERNS)("by hand may be as long as the text: %s", (pattern) => {
    for (const character of ["字", " ", "\n", "!", "A", "a", "\u0301", "𝒳"]) {
      const text = character.repeat(3_000_000 / character.length);
      expect(wordFinder(pattern, "x")(text)(0)).toBe(text.length);
    }
  });

  it("know Unicode digits, words and borders as Hugging Face does, not as JavaScript", () => {
    const words = (pattern: string, text: string) => wordsBy(wordFinder(pattern, "x"), text);
    expect(words(String.raw`\d{1,3}|[^\d]+`, "a٣٤b1")).toEqual(["a", "٣٤", "b", "1"]);
    expect(words(String.raw`\w+`, "né字!x")).toEqual(["né字", "!", "x"]);
    expect(words(String.raw`\b`, "né 字")).toEqual(["né", " ", "字"]);
    expect(words("^a", "a\na")).toEqual(["a", "\n", "a"]);
    expect(words("a$", "ba\nba")).toEqual(["b", "a", "\nb", "a"]);
    // A letter of a Unicode newer than the library's: JavaScript would take both as one word.
    expect(words(KNOWN_PATTERNS[0], "a\u{323b0}")).toEqual(["a", "\u{323b0}"]);
  });

  it("need a pattern that the library can read", () => {
    expect(() => wordFinder("(a", "odd.json")).toThrow(/cannot read the word pattern \(a of odd\.json/);
  });
});
