import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { encoder, LONGEST_WORD } from "./encoding.js";
import { mergeWord } from "./merge.js";
import { namedTokenizer } from "./named.js";
import { hardText } from "./testing/texts.js";
import { createTokenizer, type Tokenizer } from "./tokenizer.js";
import { ByteLevelJson, wordPattern } from "./tokenizer-json.js";
import { packVocabulary, type Vocabulary } from "./vocabulary.js";
import { WordCache } from "./word-cache.js";
import { libraryWords, type WordEnd, wordFinder } from "./words.js";

let json: ByteLevelJson;
let vocabulary: Vocabulary;
let cl100k: Tokenizer;
let byLibrary: (text: string) => WordEnd;

beforeAll(async () => {
  const named = await namedTokenizer("cl100k_base");
  json = ByteLevelJson.parse(JSON.parse(named.json));
  vocabulary = packVocabulary(json)!;
  byLibrary = libraryWords(wordPattern(json), "cl100k_base");
  cl100k = createTokenizer(named.json, named.specials);
});

/** The way without cache, blocks or scanner: every word by itself, as the library finds them. */
function encodePlainly(text: string, { merges, byteIds, wholeWords }: Vocabulary): number[] {
  const wordEnd = byLibrary(text);
  const words: string[] = [];
  for (let at = 0; at < text.length; at = wordEnd(at)) words.push(text.slice(at, wordEnd(at)));
  return words.flatMap((word) => {
    const whole = wholeWords.get(word);
    if (whole !== undefined) return [whole];
    const ids = Uint32Array.from(Buffer.from(word), (byte) => byteIds[byte]);
    return Array.from(ids.subarray(0, mergeWord(ids, merges)));
  });
}

describe("encoding", () => {
  it("gives the ids of the plain way for every text, with offsets or without, in blocks of any size", () => {
    fc.assert(
      fc.property(hardText(), fc.integer({ min: 1, max: 9 }), (text, tokens) => {
        const expected = encodePlainly(text, vocabulary);
        const { ids, ends } = cl100k.encodeWithOffsets(text);
        expect(Array.from(ids)).toEqual(expected);
        expect(Array.from(cl100k.encode(text))).toEqual(expected);
        const blocks = [...cl100k.encodeBlocks(text, tokens)];
        expect(blocks.flatMap((block) => Array.from(block.ids))).toEqual(expected);
        expect(blocks.flatMap((block) => Array.from(block.ends))).toEqual(Array.from(ends));
        expect(blocks.slice(0, -1).every((block) => block.ids.length === tokens)).toBe(true);
        expect(cl100k.decode(ids)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the ids of the plain way without ignore_merges too", () => {
    const merging: Vocabulary = { ...vocabulary, wholeWords: new Map() };
    const start = encoder(merging, wordFinder(wordPattern(json), "cl100k_base"));
    fc.assert(
      fc.property(hardText(), (text) => {
        const ids = new Uint32Array(3 * text.length + 1);
        const count = start(text).read(ids);
        expect(Array.from(ids.subarray(0, count))).toEqual(encodePlainly(text, merging));
      }),
    );
  });

  it("reads lone surrogates anywhere as U+FFFD", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\ud83e", "\udec0", "a", " ", "字", "🫀")), (parts) => {
        const text = parts.join("");
        expect(cl100k.decode(cl100k.encode(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it("merges a word of LONGEST_WORD whole", () => {
    const word = "xq字".repeat(LONGEST_WORD).slice(0, LONGEST_WORD);
    const ids = Uint32Array.from(Buffer.from(word), (byte) => vocabulary.byteIds[byte]);
    const count = mergeWord(ids, vocabulary.merges);
    expect(Buffer.compare(Buffer.from(cl100k.encode(word).buffer), Buffer.from(ids.buffer, 0, 4 * count))).toBe(0);
  });

  it("cuts longer words between characters, at the same places always, and loses nothing", () => {
    const words = wordFinder(wordPattern(json), "cl100k_base");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "字", "𝒳", "é"), minLength: 1 }), (text) => {
        const start = encoder(vocabulary, words, 4);
        const ids = new Uint32Array(4 * text.length);
        const ends = new Uint32Array(4 * text.length);
        const count = start(text).read(ids, ends);
        expect(cl100k.decode(ids.subarray(0, count))).toBe(text);
        expect(ends[count - 1]).toBe(Buffer.byteLength(text));
        const pieces: string[] = [];
        for (let at = 0; at < text.length; ) {
          const stop = Math.min(text.length, at + 4 - (text.codePointAt(at + 3)! > 0xffff ? 1 : 0));
          pieces.push(text.slice(at, stop));
          at = stop;
        }
        expect(Array.from(ids.subarray(0, count))).toEqual(pieces.flatMap((piece) => encodePlainly(piece, vocabulary)));
      }),
    );
  });
});

describe("the word cache", () => {
  const alphabet = [..."abc字 "];
  const idsOf = (word: string) =>
    Uint32Array.from({ length: 1 + (word.length % 4) }, (_, at) => word.charCodeAt(at) || 7);
  const look = (cache: WordCache, text: string, at: number, end: number) => {
    const count = cache.find(text, at, end);
    if (count < 0) return undefined;
    return count === 1 ? [cache.id] : Array.from(cache.pool.subarray(cache.start, cache.start + count));
  };

  it("knows what was just added, gives no other word's ids, and stays small", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 9 })), (words) => {
        const cache = new WordCache(8, 32);
        for (const word of words) {
          const text = `>${word}<`;
          const found = look(cache, text, 1, 1 + word.length);
          if (found) expect(found).toEqual(Array.from(idsOf(word)));
          else cache.add(text, 1, 1 + word.length, idsOf(word));
          expect(look(cache, `${word}!`, 0, word.length)).toEqual(Array.from(idsOf(word)));
        }
        expect(cache.size).toBeLessThanOrEqual(16);
      }),
    );
  });

  it("keeps what is used and lets go of what is not", () => {
    const cache = new WordCache(10);
    const use = (word: string) => {
      const found = look(cache, word, 0, word.length) !== undefined;
      if (!found) cache.add(word, 0, word.length, Uint32Array.of(1));
      return found;
    };
    use("often");
    use("once");
    for (let other = 0; other < 100; other++) {
      use(`other ${other}`);
      expect(use("often")).toBe(true);
    }
    expect(use("once")).toBe(false);
  });
});
