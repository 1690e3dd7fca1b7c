/** @file What a classifier study is: one object that, with tokens and labels, decides every byte of its result. */
import { z } from "zod";

export const ClassifierStudyConfig = z.object({
  widths: z
    .array(z.int().positive())
    .min(2)
    .default([16, 32, 64])
    .describe("widths of the biLMs' halves, rising; coarse and noisy labels are learned by the middle one"),
  layers: z.int().positive().default(2).describe("transformer blocks of every model"),
  headWidth: z.int().positive().default(16).describe("width of an attention head"),
  context: z.int().positive().default(256).describe("tokens in a training window"),
  batch: z.int().positive().default(16).describe("windows per step"),
  tokensPerParameter: z
    .number()
    .positive()
    .default(20)
    .describe(
      "training budget of every model; the encoder of the middle width gets twice as much, as both halves have",
    ),
  upsample: z
    .array(z.string())
    .default([])
    .describe("sources rich in the domain, for the biLM on a mix; none: no such biLM"),
  upsampleShare: z.number().gt(0).lt(1).default(0.5).describe("their share of the mix's tokens"),
  share: z.number().gt(0).max(1).default(0.25).describe("share of forget tokens from which a sentence or document is"),
  noise: z.array(z.number().min(0).max(1)).default([0.1, 0.3]).describe("rates of flipped labels to try"),
  seed: z.int().default(2).describe("every random choice follows from it; not that of the model that made the labels"),
  classifier: z
    .record(z.string(), z.union([z.number(), z.array(z.number())]))
    .default({})
    .describe("options of the classifier stage"),
});
export type ClassifierStudyConfig = z.infer<typeof ClassifierStudyConfig>;
