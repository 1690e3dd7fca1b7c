/**
 * @file Special tokens: ids that no text can produce.
 *
 * A vocabulary of ours has them above its ordinary entries, not in tokenizer.json, so a text that contains the literal
 * string "<|endoftext|>" is encoded as ordinary text. Of other people's tokenizers end-of-text, padding and
 * beginning-of-text are the tokenizer's own (`own-specials.ts`); what they lack has an id of its own. Padding is never
 * inferred from a value. specials.json, beside tokenizer.json, holds them.
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
const SpecialKey = z.enum(SPECIAL_NAMES as [SpecialName, ...SpecialName[]]);

/** What a tokenizer's own post-processor puts around a text, or could: ids, end-of-text itself left out. */
export const SpecialsFrame = z.object({
  before: z.array(Id),
  after: z.array(Id),
  /** The same as text, for messages: "<s> in front". Empty where there is nothing to put. */
  text: z.string(),
  /** Whether the tokenizer does it when it is not told otherwise. */
  isAdded: z.boolean(),
  /** Which file says so. */
  origin: z.string(),
});
export type SpecialsFrame = z.infer<typeof SpecialsFrame>;

export const SpecialsFile = z.object({
  /** What the tokenizer is called in messages: "bpe-4096", "cl100k_base". */
  name: z.string().min(1),
  /** Rows of an embedding table, special tokens included. */
  vocabularySize: z.int().positive(),
  specials: z.object({ endOfText: Id, hidden: Id, pad: Id, chatStart: Id, chatEnd: Id, refusal: Id }),
  /** How tokenizer.json writes those it has; the others are written as in SPECIAL_TEXTS. */
  texts: z.partialRecord(SpecialKey, z.string()).optional(),
  /** Where the id of each is from, in words; left out where all are as we place them. */
  origins: z.partialRecord(SpecialKey, z.string()).optional(),
  frame: SpecialsFrame.optional(),
  /** What to know before a trainer reads these ids. */
  note: z.string().optional(),
});
export type SpecialsFile = z.infer<typeof SpecialsFile>;

/** Embedding rows that we add to are rounded up to a multiple of this: matrix kernels like it, and it is the reference's choice. */
const ROW_MULTIPLE = 64;

/** Rows that hold ids up to `highest`, a multiple of 64. */
export function rowsFor(highest: number): number {
  return Math.ceil((highest + 1) / ROW_MULTIPLE) * ROW_MULTIPLE;
}

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
  return { name, vocabularySize: rowsFor(Math.max(...Object.values(specials))), specials };
}

/** Ids a model never says: `<|hidden|>`, padding, and rows of the embedding above the vocabulary that are no token. Rising. */
export function unsayableIds({
  specials,
  vocabularySize,
  entries,
}: {
  specials: Specials;
  vocabularySize: number;
  entries: number;
}): number[] {
  const { hidden, pad, ...sayable } = specials;
  const said = new Set(Object.values(sayable));
  return Array.from({ length: vocabularySize }, (_, id) => id).filter(
    (id) => !said.has(id) && (id === hidden || id === pad || id >= entries),
  );
}
