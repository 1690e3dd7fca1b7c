/**
 * @file tokenizer.json: what we read of Hugging Face's format, and all of it that a byte-level BPE needs.
 *
 * The rest (normalizers, other pre-tokenizers, decoders) is read by the native library (`native.ts`).
 */
import { z } from "zod";

/** A string that is a token beside the model. */
export const AddedToken = z.object({
  id: z.int().nonnegative(),
  content: z.string(),
  /** Not beside letters, digits and the like. */
  single_word: z.boolean().default(false),
  /** Takes the white space before it along. */
  lstrip: z.boolean().default(false),
  /** Takes the white space after it along. */
  rstrip: z.boolean().default(false),
  /** Looked for, itself normalized, in the normalized text; the others are looked for in the text before. */
  normalized: z.boolean().default(false),
  /** Text that spells it stays text. */
  special: z.boolean().default(false),
});
export type AddedToken = z.infer<typeof AddedToken>;

/** Entries and their ids. Not a record of zod's, which drops an entry called "__proto__". */
const Vocab = z.custom<Record<string, number>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isTokenId),
  "must give every entry an id",
);
const isTokenId = (id: unknown) => Number.isInteger(id) && (id as number) >= 0;
type Merge = string | [left: string, right: string];
const Merges = z.custom<Merge[]>(
  (value) => Array.isArray(value) && value.every(isMerge),
  "must be pairs of entries, or strings of two with a space between",
);
const isMerge = (merge: unknown) =>
  typeof merge === "string" ||
  (Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === "string"));

/** What the kinds of model have in common, as far as special tokens go. */
export const ModelJson = z.looseObject({
  /** Unigram: pieces with their scores, ids are places. */
  vocab: z.union([Vocab, z.array(z.tuple([z.string(), z.number()]))]),
  merges: Merges.optional(),
  unk_token: z.string().nullish(),
  byte_fallback: z.boolean().nullish(),
  /** BPE that leaves out merges at random. */
  dropout: z.number().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  max_input_chars_per_word: z.int().nonnegative().optional(),
});
export type ModelJson = z.infer<typeof ModelJson>;

export const TokenizerJson = z.looseObject({
  added_tokens: z.array(AddedToken).default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  model: ModelJson,
});
export type TokenizerJson = z.infer<typeof TokenizerJson>;

/** A model's entries with their ids, as listed: a list may hold a piece twice. */
export function modelEntries({ vocab }: Pick<ModelJson, "vocab">): [text: string, id: number][] {
  return Array.isArray(vocab) ? vocab.map(([piece], id) => [piece, id]) : Object.entries(vocab);
}

/** Ids of a model's entries. */
export function modelVocabulary(model: Pick<ModelJson, "vocab">): Map<string, number> {
  return new Map(modelEntries(model));
}

/** A pair of entries that merge. */
export function mergePair(merge: Merge): [left: string, right: string] {
  if (typeof merge !== "string") return merge;
  const space = merge.indexOf(" ");
  return [merge.slice(0, space), merge.slice(space + 1)];
}

const Split = z.object({
  type: z.literal("Split"),
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal("Isolated"),
  invert: z.literal(false),
});
const ByteLevel = z.object({ type: z.literal("ByteLevel"), add_prefix_space: z.literal(false) });
const WholeByteLevel = ByteLevel.extend({ use_regex: z.literal(true).default(true) });
const BytesOnly = ByteLevel.extend({ use_regex: z.literal(false) });

/** A byte-level BPE, added tokens aside. */
export const ByteLevelJson = z.object({
  normalizer: z.null().optional(),
  pre_tokenizer: z.union([
    WholeByteLevel,
    z.object({ type: z.literal("Sequence"), pretokenizers: z.tuple([Split, BytesOnly]) }),
  ]),
  model: z.object({
    type: z.literal("BPE").optional(), // older files leave it out
    dropout: z.literal(0).nullish(),
    continuing_subword_prefix: z.literal("").nullish(),
    end_of_word_suffix: z.literal("").nullish(),
    ignore_merges: z.boolean().default(false),
    vocab: Vocab,
    merges: Merges,
  }),
});
export type ByteLevelJson = z.infer<typeof ByteLevelJson>;

/** GPT-2's rule for cutting text into words before merging, which ByteLevel with use_regex stands for. */
const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** The pattern that cuts text into words, as written in the file. */
export function wordPattern({ pre_tokenizer }: ByteLevelJson): string {
  return pre_tokenizer.type === "ByteLevel" ? GPT2_PATTERN : pre_tokenizer.pretokenizers[0].pattern.Regex;
}

/** tokenizer.json of a byte-level BPE. @param pattern - word pattern; GPT-2's when omitted */
export function writeByteLevelJson(
  vocab: Record<string, number>,
  merges: readonly (readonly [string, string])[],
  { pattern, ignoreMerges = false }: { pattern?: string; ignoreMerges?: boolean } = {},
): string {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer:
      pattern === undefined
        ? { ...byteLevel, use_regex: true }
        : {
            type: "Sequence",
            pretokenizers: [
              { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
              { ...byteLevel, use_regex: false },
            ],
          },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab,
      merges,
    },
  });
}
