/**
 * @file Vocabulary: the tables of a byte-level tokenizer.json, packed for encoding.
 *
 * Typed arrays and one map from words to ids; the JSON it came from is not kept.
 */
import { isUtf8 } from "node:buffer";
import { BYTE_CHARACTERS, entryBytes } from "./byte-alphabet.js";
import { Merges } from "./merge.js";
import { type AddedToken, type ByteLevelJson, mergePair } from "./tokenizer-json.js";

export interface Vocabulary {
  /** One more than the highest id of an entry or an added token. */
  size: number;
  /** Where each id's bytes begin in `bytes`, and the end; shape [size + 1]. An id without an entry has none. */
  offsets: Uint32Array;
  bytes: Uint8Array;
  /** Id of each single byte, shape [256]. */
  byteIds: Uint32Array;
  merges: Merges;
  /** Words that are one token whatever the merges say (ignore_merges); empty where the merges decide. */
  wholeWords: ReadonlyMap<string, number>;
  /** What to write for a special token that merges make. */
  spelled: ReadonlyMap<number, readonly number[]>;
}

/**
 * Packs a vocabulary.
 *
 * @param tokens - added tokens, of which only the bytes are kept: no word finds them
 * @returns undefined when one of the 256 bytes has no entry or is special, or an entry of a merge is missing
 */
export function packVocabulary(
  { model }: ByteLevelJson,
  tokens: readonly AddedToken[] = [],
  spelled: Vocabulary["spelled"] = new Map(),
): Vocabulary | undefined {
  const { vocab } = model;
  const byteIds = BYTE_CHARACTERS.map((character) => vocab[character]);
  const merges = readMerges(model);
  if (!merges || byteIds.some((id) => id === undefined || spelled.has(id))) return undefined;
  const entries = Object.entries(vocab);
  const ids = [...entries.map(([, id]) => id), ...tokens.map(({ id }) => id)];
  const size = ids.reduce((highest, id) => Math.max(highest, id), -1) + 1;
  const bytesOf: Uint8Array[] = new Array(size);
  for (const [entry, id] of entries) bytesOf[id] = entryBytes(entry) ?? Buffer.from(entry);
  for (const { content, id } of tokens) bytesOf[id] ??= Buffer.from(content);
  const offsets = new Uint32Array(size + 1);
  for (let id = 0; id < size; id++) offsets[id + 1] = offsets[id] + (bytesOf[id]?.length ?? 0);
  const bytes = new Uint8Array(offsets[size]);
  for (let id = 0; id < size; id++) if (bytesOf[id]) bytes.set(bytesOf[id], offsets[id]);
  // An entry outside the byte alphabet (it has a space, say) is no word's.
  const words = model.ignore_merges ? entries.filter(([, id]) => !spelled.has(id)) : [];
  return {
    size,
    offsets,
    bytes,
    byteIds: Uint32Array.from(byteIds),
    merges,
    wholeWords: new Map(
      words.flatMap(([entry, id]) => {
        const word = entryBytes(entry);
        return word && isUtf8(word) ? [[Buffer.from(word).toString(), id]] : [];
      }),
    ),
    spelled,
  };
}

function readMerges({ vocab, merges }: ByteLevelJson["model"]): Merges | undefined {
  const table = new Merges(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = mergePair(merge);
    if (![left, right, left + right].every((entry) => Object.hasOwn(vocab, entry))) return undefined;
    table.set(vocab[left], vocab[right], rank, vocab[left + right]);
  }
  return table;
}
