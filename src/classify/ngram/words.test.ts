import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { emptySpans, findWords } from "./words.js";

function wordsOf(text: string): string[] {
  const spans = emptySpans();
  findWords(text, spans);
  return Array.from({ length: spans.count }, (_, k) => text.slice(spans.starts[k], spans.ends[k]));
}

describe("words", () => {
  it("are runs of letters and marks, wherever they stand", () => {
    expect(wordsOf("The heart's 2nd beat, naïve café; e\u0301tude")).toEqual([
      "The",
      "heart",
      "s",
      "nd",
      "beat",
      "naïve",
      "café",
      "e\u0301tude",
    ]);
    expect(wordsOf("")).toEqual([]);
    expect(wordsOf("12 - 34")).toEqual([]);
  });

  it("are what \\p{L} and \\p{M} say, on random text of scripts with spaces (200 seeds)", () => {
    const alphabet = ["a", "Z", " ", "1", "é", "ß", "\u0301", "д", "Ω", "ا", "ְ", "𝒳", "\ud800", "-", "😀"];
    for (let seed = 0; seed < 200; seed++) {
      const draw = random(seed, "words");
      const text = Array.from({ length: 60 }, () => alphabet[draw.integer(alphabet.length)]).join("");
      expect(wordsOf(text), `seed ${seed}`).toEqual(text.match(/[\p{L}\p{M}]+/gu) ?? []);
    }
  });

  it("end where a script without spaces changes", () => {
    expect(wordsOf("心臓病の研究はデータベースを使う。")).toEqual([
      "心臓病",
      "の",
      "研究",
      "は",
      "データベース",
      "を",
      "使",
      "う",
    ]);
    expect(wordsOf("โรคหัวใจ")).toEqual(["โรคหัวใจ"]);
    expect(wordsOf("DNA解析")).toEqual(["DNA", "解析"]);
  });

  it("are cut when no language has one as long, and never inside a character", () => {
    const words = wordsOf("𝒳".repeat(100));
    expect(words.join("")).toBe("𝒳".repeat(100));
    for (const word of words) expect(word.length).toBeLessThanOrEqual(64);
    for (const word of words) expect(word).toMatch(/^(𝒳)+$/u);
  });
});
