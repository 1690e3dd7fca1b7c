/**
 * @file What a study is: one object that, with the corpus, decides every byte of its result.
 *
 * `--budget` picks one of three such objects; every number in them may be changed from a program. Sizes follow from
 * compute: training costs 6 N D FLOPs with D = 20 N, so each budget's ladder is what fits its time on two cores.
 */
import { z } from "zod";

/** Shape of one language model. Parameters follow from it and the vocabulary. */
export const ModelSize = z.object({
  width: z.int().positive().describe("width of the residual stream"),
  layers: z.int().positive().describe("transformer blocks"),
  heads: z.int().positive().describe("attention heads"),
});
export type ModelSize = z.infer<typeof ModelSize>;

export const ARMS = ["baseline", "document", "mask", "remove"] as const;
export type Arm = (typeof ARMS)[number];

export const StudyConfig = z.object({
  budget: z.string().describe("name of the budget this came from"),
  seed: z.int().describe("every random choice follows from it"),
  vocabulary: z.int().describe("rows of the embedding, special tokens included"),
  maxBytes: z.number().optional().describe("cut of the corpus, in bytes of text"),
  sizes: z.array(ModelSize).min(2).describe("the ladder that is trained once per arm"),
  tokensPerParameter: z.number().positive().describe("training budget of the ladder (paper: 20)"),
  context: z.int().positive().describe("tokens per training window"),
  batch: z.int().positive().describe("windows per optimizer step"),
  sae: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe("options of the sae stage"),
  label: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe("options of the label stage"),
  biLm: ModelSize.extend({ tokensPerParameter: z.number().positive() }).describe(
    "each half of the biLM that annotates and classifies (paper: 80)",
  ),
  classifier: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.number())]))
    .describe("options of the classifier stage"),
  filteredShare: z
    .number()
    .gt(0)
    .lt(1)
    .describe("share of tokens that every filtering arm takes out, so that arms differ in how and not in how much"),
});
export type StudyConfig = z.infer<typeof StudyConfig>;

export const BUDGETS = ["smoke", "demo", "evening"] as const;
export type Budget = (typeof BUDGETS)[number];
