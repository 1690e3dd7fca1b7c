/** @file Options of an n-gram classifier: how much it reads and keeps, and how a token's logit is made. */
import { z } from "zod";

export const NgramOptions = z.object({
  trainTokens: z
    .int()
    .positive()
    .default(20_000_000)
    .describe("ngram: tokens of train documents read at most, about 10 bytes of memory each"),
  buckets: z
    .int()
    .min(1024)
    .max(2 ** 26)
    .default(2 ** 19)
    .describe("ngram: rows for pieces of words, 4 bytes each"),
  minCount: z.int().positive().default(2).describe("ngram: occurrences from which a word is in the dictionary"),
  maxWords: z.int().positive().default(200_000).describe("ngram: words in the dictionary, at most"),
  window: z.int().nonnegative().default(20).describe("ngram: words on either side that sharpen a token's score"),
  sharpen: z.number().min(0).max(1).default(0.25).describe("ngram: share of that window; the rest is the sentence's"),
  bonus: z
    .number()
    .nonnegative()
    .default(2)
    .describe("ngram: logits added to sentences with a term of the lexicon, when the lexicon labelled"),
});
export type NgramOptions = z.infer<typeof NgramOptions>;
