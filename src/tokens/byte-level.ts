/**
 * @file Byte-level BPE in JavaScript.
 *
 * The native library's encoder is asynchronous and, with the objects it hands back, several times slower than this
 * loop over cached words; it is the oracle of the tests instead. Lossless: every byte of the text is in some token, so
 * byte offsets are running sums of token lengths.
 */
import { BYTE_CHARACTERS, entryBytes, entryOf } from "./byte-alphabet.js";
import type { Codec } from "./codec.js";
import { type Merges, mergeWord, pairKey } from "./merge.js";
import { type ByteLevelJson, javascriptPattern, wordPattern } from "./tokenizer-json.js";

/** Words longer than this are not worth remembering. */
const CACHED_WORD_CHARACTERS = 64;
const CACHED_WORDS = 200_000;

/** A codec for a byte-level tokenizer.json, or undefined when it needs something JavaScript cannot do exactly. */
export function byteLevelCodec(json: ByteLevelJson): Codec | undefined {
  const pattern = javascriptPattern(wordPattern(json));
  const { vocab, ignore_merges: ignoreMerges } = json.model;
  const entries = Object.entries(vocab);
  const byteIds = BYTE_CHARACTERS.map((character) => vocab[character]);
  if (!pattern || byteIds.includes(undefined as unknown as number)) return undefined;
  const size = entries.reduce((highest, [, id]) => Math.max(highest, id), -1) + 1;
  const bytesOf: Uint8Array[] = new Array(size);
  for (const [entry, id] of entries) bytesOf[id] = entryBytes(entry) ?? Buffer.from(entry);
  const lengths = Uint32Array.from({ length: size }, (_, id) => bytesOf[id]?.length ?? 0);
  const merges = readMerges(json);
  const wholeWords = ignoreMerges ? new Map(entries) : undefined;
  const cache = new Map<string, Uint32Array>();

  const encodeWord = (word: string): Uint32Array => {
    const cached = cache.get(word);
    if (cached) return cached;
    const bytes = Buffer.from(word);
    const whole = wholeWords?.get(entryOf(bytes));
    const merged = () =>
      mergeWord(
        Uint32Array.from(bytes, (byte) => byteIds[byte]),
        merges,
      );
    const ids = whole === undefined ? merged() : Uint32Array.of(whole);
    if (word.length <= CACHED_WORD_CHARACTERS) {
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(word, ids);
    }
    return ids;
  };

  return {
    // Ids of the file's own special tokens are taken, though no text produces them.
    size: json.added_tokens.reduce((highest, { id }) => Math.max(highest, id + 1), size),
    encode(text) {
      const words: Uint32Array[] = [];
      let count = 0;
      for (const word of wordsOf(text, pattern)) {
        const ids = encodeWord(word);
        words.push(ids);
        count += ids.length;
      }
      const ids = new Uint32Array(count);
      const ends = new Uint32Array(count);
      let at = 0;
      let end = 0;
      for (const word of words) {
        for (let index = 0; index < word.length; index++) {
          ids[at] = word[index];
          ends[at++] = end += lengths[word[index]];
        }
      }
      return { ids, ends };
    },
    decode: (ids) => Buffer.concat(ids.map((id) => bytesOf[id] ?? new Uint8Array())),
  };
}

/** Matches, and what lies between them. */
function wordsOf(text: string, pattern: RegExp): readonly string[] {
  const matches: readonly string[] = text.match(pattern) ?? [];
  const covered = matches.reduce((sum, word) => sum + word.length, 0);
  if (covered === text.length) return matches; // what every published pattern does
  const words: string[] = [];
  let start = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > start) words.push(text.slice(start, match.index));
    words.push(match[0]);
    start = match.index + match[0].length;
  }
  if (start < text.length) words.push(text.slice(start));
  return words;
}

function readMerges({ model: { vocab, merges } }: ByteLevelJson): Merges {
  return new Map(
    merges.flatMap((merge, rank) => {
      const [left, right] = typeof merge === "string" ? merge.split(" ") : merge;
      const [from, to, id] = [vocab[left], vocab[right], vocab[left + right]];
      return from === undefined || to === undefined || id === undefined ? [] : [[pairKey(from, to), { rank, id }]];
    }),
  );
}
