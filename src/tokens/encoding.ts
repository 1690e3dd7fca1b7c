/**
 * @file Encoding: a text read once, from left to right, into arrays of any size.
 *
 * What is held beside the caller's arrays is the text, one word's tokens and the word cache, however long the text is.
 * A word beyond LONGEST_WORD (a file of letters without a space) is merged in pieces of that length: its ids may then
 * differ from those of a tokenizer that merges it whole, its bytes and offsets are exact, and the same text gives the same
 * ids always. Merging it whole would take 40 times its size in memory.
 */
import { mergeWord } from "./merge.js";
import type { Vocabulary } from "./vocabulary.js";
import { WordCache } from "./word-cache.js";
import type { WordEnd } from "./words.js";

/** UTF-16 units of a word that are merged together. */
export const LONGEST_WORD = 2 ** 20;

/** Tokens of a text, some at a time. */
export interface Encoding {
  /**
   * Writes the next tokens.
   *
   * @param ids - filled from its start; at least one long
   * @param ends - UTF-8 byte offset in the text at which each token ends; left out, it is not worked out
   * @returns how many were written: fewer than `ids.length` only at the end of the text
   */
  read(ids: Uint32Array, ends?: Uint32Array): number;
}

/** Makes readers of texts, which share one cache of words. @param longestWord - for tests */
export function encoder(vocabulary: Vocabulary, words: (text: string) => WordEnd, longestWord = LONGEST_WORD) {
  const { wholeWords, offsets, spelled } = vocabulary;
  const cache = new WordCache();
  const idsOf = (word: string): Uint32Array => {
    const whole = wholeWords.get(word);
    if (whole !== undefined) return Uint32Array.of(whole);
    const bytes = Buffer.from(word);
    const ids = new Uint32Array(bytes.length);
    for (let at = 0; at < bytes.length; at++) ids[at] = vocabulary.byteIds[bytes[at]];
    const merged = ids.subarray(0, mergeWord(ids, vocabulary.merges));
    return spelled.size === 0 ? merged : Uint32Array.from([...merged].flatMap((id) => spelled.get(id) ?? id));
  };

  /** @param text - well formed: no lone surrogates */
  return (text: string): Encoding => {
    const wordEnd = words(text);
    let at = 0;
    let end = 0; // of the word at `at`, while some of it is left
    let bytes = 0;
    let pending = new Uint32Array(); // ids of a word that did not fit
    return {
      read(ids, ends) {
        const room = ids.length;
        let count = 0;
        const write = (from: Uint32Array, start: number, stop: number) => {
          for (; start < stop && count < room; start++) {
            const id = (ids[count] = from[start]);
            if (ends) ends[count] = bytes += offsets[id + 1] - offsets[id];
            count++;
          }
          return start;
        };
        if (pending.length > 0) pending = pending.subarray(write(pending, 0, pending.length));
        while (at < text.length && count < room) {
          if (end <= at) end = wordEnd(at);
          const stop = end - at > longestWord ? cutBefore(text, at + longestWord) : end;
          let length = cache.find(text, at, stop);
          let pool: Uint32Array = cache.pool;
          let { start } = cache;
          if (length < 0) {
            pool = idsOf(text.slice(at, stop));
            start = 0;
            length = pool.length;
            cache.add(text, at, stop, pool);
          } else if (length === 1) {
            const { id } = cache;
            ids[count] = id;
            if (ends) ends[count] = bytes += offsets[id + 1] - offsets[id];
            count++;
            at = stop;
            continue;
          }
          at = stop;
          const written = write(pool, start, start + length);
          if (written < start + length) pending = pool.slice(written, start + length);
        }
        return count;
      },
    };
  };
}

/** A place to cut at or before a position, not inside a character of two units. */
function cutBefore(text: string, at: number): number {
  return text.codePointAt(at - 1)! > 0xffff ? at - 1 : at;
}
