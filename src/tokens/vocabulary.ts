/**
 * @file Vocabulary: the tables of a byte-level tokenizer.json, packed for encoding.
 *
 * Typed arrays and one map from words to ids; the JSON it came from is not kept.
 */
import { isUtf8 } from "node:buffer";
import { BYTE_CHARACTERS, entryBytes } from "./byte-alphabet.js";
import { Merges } from "./merge.js";
import type { ByteLevelJson } from "./tokenizer-json.js";

export interface Vocabulary {
  /** One more than the highest id of an entry. */
  size: number;
  /** Where each id's bytes begin in `bytes`, and the end; shape [size + 1]. An id without an entry has none. */
  offsets: Uint32Array;
  bytes: Uint8Array;
  /** Id of each single byte, shape [256]. */
  byteIds: Uint32Array;
  merges: Merges;
  /** Words that are one token whatever the merges say (ignore_merges); empty where the merges decide. */
  wholeWords: ReadonlyMap<string, number>;
}

/** Packs a vocabulary; undefined when one of the 256 bytes has no entry. */
export function packVocabulary({ model }: ByteLevelJson): Vocabulary | undefined {
  const { vocab } = model;
  const byteIds = BYTE_CHARACTERS.map((character) => vocab[character]);
  if (byteIds.includes(undefined as unknown as number)) return undefined;
  const entries = Object.entries(vocab);
  const size = entries.reduce((highest, [, id]) => Math.max(highest, id), -1) + 1;
  const bytesOf: Uint8Array[] = new Array(size);
  for (const [entry, id] of entries) bytesOf[id] = entryBytes(entry) ?? Buffer.from(entry);
  const offsets = new Uint32Array(size + 1);
  for (let id = 0; id < size; id++) offsets[id + 1] = offsets[id] + (bytesOf[id]?.length ?? 0);
  const bytes = new Uint8Array(offsets[size]);
  for (let id = 0; id < size; id++) if (bytesOf[id]) bytes.set(bytesOf[id], offsets[id]);
  const words = model.ignore_merges ? entries.filter(([, id]) => isUtf8(bytesOf[id])) : [];
  return {
    size,
    offsets,
    bytes,
    byteIds: Uint32Array.from(byteIds),
    merges: readMerges(model),
    wholeWords: new Map(words.map(([, id]) => [Buffer.from(bytesOf[id]).toString(), id])),
  };
}

function readMerges({ vocab, merges }: ByteLevelJson["model"]): Merges {
  const table = new Merges(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = typeof merge === "string" ? merge.split(" ") : merge;
    const [from, to, id] = [vocab[left], vocab[right], vocab[left + right]];
    if (from !== undefined && to !== undefined && id !== undefined) table.set(from, to, rank, id);
  }
  return table;
}
