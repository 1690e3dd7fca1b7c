import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { checkOverlap } from "./check.js";
import { NgramIndex, wordsOf } from "./ngrams.js";

const SEED = 5;

describe("word n-grams", () => {
  it(`finds what a search of all places finds (seed ${SEED})`, () => {
    const draw = random(SEED, "ngrams");
    const text = (length: number) => Array.from({ length }, () => "abc"[draw.integer(3)]).join(" ");
    const n = 4;
    const short = Array.from({ length: 20 }, () => text(1 + draw.integer(9)));
    const document = text(400);
    const found: string[] = [];
    new NgramIndex(short, n).scan(document, ({ text, start }) => found.push(`${text}:${start}`));
    const expected: string[] = [];
    const words = document.split(" ");
    for (const [index, one] of short.entries()) {
      const own = one.split(" ");
      const length = Math.min(n, own.length);
      for (let start = 0; start + length <= own.length; start++)
        for (let at = 0; at + length <= words.length; at++)
          if (own.slice(start, start + length).join() === words.slice(at, at + length).join())
            expected.push(`${index}:${start}`);
    }
    expect(expected.length).toBeGreaterThan(100);
    expect(found.sort()).toEqual(expected.sort());
  });

  it("is not misled by words of equal hash", () => {
    // FNV-1a of 32 bits: these two collide.
    const index = new NgramIndex(["costarring"], 13);
    const hits: unknown[] = [];
    index.scan("liquid", (hit) => hits.push(hit));
    expect(hits).toEqual([]);
    index.scan("Costarring!", (hit) => hits.push(hit));
    expect(hits).toEqual([{ text: 0, start: 0 }]);
  });

  it("sees words through case, punctuation and line breaks, in any script", () => {
    expect(wordsOf("The patient's\n“β-blocker” (50mg)")).toEqual(["the", "patient", "s", "β", "blocker", "50mg"]);
  });

  it("counts overlaps and documents per text", async () => {
    async function* training() {
      yield { id: "1", text: "one two three four five" };
      yield { id: "2", text: "zero. TWO, three; four!" };
    }
    const { overlaps, documents } = await checkOverlap(
      ["two three four", "one two three four", "six", ""],
      training(),
      3,
    );
    expect(documents).toBe(2);
    expect(overlaps).toEqual([
      { ngrams: 1, found: 1, documents: 2, example: "1" },
      { ngrams: 2, found: 2, documents: 2, example: "1" },
      { ngrams: 1, found: 0, documents: 0, example: null },
      { ngrams: 0, found: 0, documents: 0, example: null },
    ]);
  });
});
