/** @file Options of the `classifier` stage, for every kind. */
import { z } from "zod";
import { CLASSIFIER_KINDS } from "./classifier-file.js";
import { NgramOptions } from "./ngram/options.js";

export const ClassifierOptions = z.object({
  kind: z
    .enum(CLASSIFIER_KINDS)
    .default("ngram")
    .describe("what scores: words and their pieces (ngram), or probes on models: a biLM (bilm) or an encoder"),
  left: z.string().optional().describe("model that reads forward (npx lacuna pretrain --direction forward)"),
  right: z.string().optional().describe("model that reads in reverse (npx lacuna pretrain --direction reverse)"),
  encoder: z.string().optional().describe("instead of both: an encoder (npx lacuna pretrain --objective masked)"),
  ngrams: z
    .string()
    .optional()
    .describe("beside models: a finished n-gram classifier whose scores of a token are among its features"),
  labels: z.string().describe("labels (npx lacuna label)"),
  reference: z
    .string()
    .optional()
    .describe(
      "other labels of the same tokens to measure against beside these, e.g. gold ones for weak; they choose nothing",
    ),
  tokens: z.string().describe("token shards the labels belong to (npx lacuna tokenize)"),
  strengths: z
    .array(z.number().positive())
    .min(1)
    .optional()
    .describe(
      "penalties to try, as in strength/2 |w|^2 + sum of logloss (1/C of scikit-learn); default 0.1 1 10, with --ngrams 1 100 10000, kind ngram 1 3 10",
    ),
  layers: z
    .array(z.int().nonnegative())
    .default([])
    .describe("layers of models to try, 0 = embedding; none given tries all"),
  maxTokens: z
    .int()
    .positive()
    .default(60_000)
    .describe("tokens a probe on models is fitted on; half as many decide and test, for any kind"),
  readTokens: z
    .int()
    .positive()
    .default(500_000)
    .describe("tokens that models read per split at most; all their documents feed the document probe"),
  seed: z.int().default(1).describe("seed of the documents and tokens drawn"),
  ...NgramOptions.shape,
});
export type ClassifierOptions = z.infer<typeof ClassifierOptions>;
