/**
 * @file tokenizer.json: the part of Hugging Face's format that a byte-level BPE needs.
 *
 * Other kinds of tokenizer (SentencePiece, WordPiece, normalised text) are not described here: the native library
 * reads those (`native.ts`).
 */
import { z } from "zod";

const Split = z.object({
  type: z.literal("Split"),
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal("Isolated"),
  invert: z.literal(false),
});
const byteLevel = <Regex extends boolean>(regex: Regex) =>
  z.object({ type: z.literal("ByteLevel"), add_prefix_space: z.literal(false), use_regex: z.literal(regex) });

export const ByteLevelJson = z.object({
  /** Special ones are left out of encoding; others would be cut out of the text before words are. */
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), special: z.literal(true) })).default([]),
  normalizer: z.null().optional(),
  pre_tokenizer: z.union([
    byteLevel(true),
    z.object({ type: z.literal("Sequence"), pretokenizers: z.tuple([Split, byteLevel(false)]) }),
  ]),
  model: z.object({
    type: z.literal("BPE"),
    dropout: z.literal(0).nullish(),
    continuing_subword_prefix: z.literal("").nullish(),
    end_of_word_suffix: z.literal("").nullish(),
    ignore_merges: z.boolean().default(false),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
});
export type ByteLevelJson = z.infer<typeof ByteLevelJson>;

/** GPT-2's rule for cutting text into words before merging, which ByteLevel with use_regex stands for. */
const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** The pattern that cuts text into words, as written in the file. */
export function wordPattern({ pre_tokenizer }: ByteLevelJson): string {
  return pre_tokenizer.type === "ByteLevel" ? GPT2_PATTERN : pre_tokenizer.pretokenizers[0].pattern.Regex;
}

/**
 * Translates a pattern of the Rust/Oniguruma dialect for JavaScript, or returns undefined when it cannot.
 * White space is Unicode's in that dialect, not JavaScript's; (?i:...) is spelled out, Node 20 does not know it.
 */
export function javascriptPattern(pattern: string): RegExp | undefined {
  const spelled = pattern.replace(/\(\?i:([^()[\]\\]*)\)/g, (_, inner: string) => {
    // The two letters below have a third case variant: the long s and the Kelvin sign.
    const variants = (letter: string) =>
      `[${letter.toLowerCase()}${letter.toUpperCase()}${{ s: "\u017f", k: "\u212a" }[letter.toLowerCase()] ?? ""}]`;
    return `(?:${inner.replace(/[a-z]/gi, variants)})`;
  });
  const source = spelled.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}");
  try {
    return new RegExp(source, "gu");
  } catch {
    return undefined;
  }
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
