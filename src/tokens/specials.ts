/**
 * @file Special tokens: ids that no text can produce.
 *
 * They lie above the ordinary vocabulary and are not part of tokenizer.json, so a text that contains the literal
 * string "<|endoftext|>" is encoded as ordinary text. Padding has an id of its own and is never inferred from a value.
 * specials.json, beside tokenizer.json, holds them.
 */
import { z } from "zod";

/** How each special token is written when ids are shown as text. */
export const SPECIAL_TEXTS = {
  /** Ends every document. */
  endOfText: "<|endoftext|>",
  /** Stands for a removed forget token in a model's input; never a target. */
  hidden: "<|hidden|>",
  pad: "<|pad|>",
  chatStart: "<|im_start|>",
  chatEnd: "<|im_end|>",
  refusal: "<|refusal|>",
} as const;
export type SpecialName = keyof typeof SPECIAL_TEXTS;
export type Specials = Readonly<Record<SpecialName, number>>;
export const SPECIAL_NAMES = Object.keys(SPECIAL_TEXTS) as SpecialName[];

const Id = z.int().nonnegative();
export const SpecialsFile = z.object({
  /** What the tokenizer is called in messages: "bpe-4096", "cl100k_base". */
  name: z.string().min(1),
  /** Rows of an embedding table, special tokens included. */
  vocabularySize: z.int().positive(),
  specials: z.object({ endOfText: Id, hidden: Id, pad: Id, chatStart: Id, chatEnd: Id, refusal: Id }),
});
export type SpecialsFile = z.infer<typeof SpecialsFile>;

/** Embedding rows are rounded up to a multiple of this: matrix kernels like it, and it is the reference's choice. */
const ROW_MULTIPLE = 64;

/**
 * Gives every special token an id from `first` upwards and rounds the vocabulary up to a multiple of 64; ids between
 * the last special token and the end are never used.
 *
 * @param fixed - ids the vocabulary's own convention prescribes, e.g. cl100k_base's end of text
 */
export function placeSpecials(name: string, first: number, fixed: Partial<Specials> = {}): SpecialsFile {
  let next = first;
  const specials = Object.fromEntries(SPECIAL_NAMES.map((special) => [special, fixed[special] ?? next++])) as Record<
    SpecialName,
    number
  >;
  const vocabularySize = Math.ceil((Math.max(...Object.values(specials)) + 1) / ROW_MULTIPLE) * ROW_MULTIPLE;
  return { name, vocabularySize, specials };
}

/** Ids a model never says: `<|hidden|>`, padding, and rows of the embedding that are no token. Rising. */
export function unsayableIds(specials: Specials, vocabularySize: number): number[] {
  const { hidden, pad, ...sayable } = specials;
  const said = new Set(Object.values(sayable));
  const first = Math.min(hidden, pad, ...said);
  return Array.from({ length: vocabularySize - first }, (_, i) => first + i).filter((id) => !said.has(id));
}
