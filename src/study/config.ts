/**
 * @file What a study is: one object that, with the corpus, decides every byte of its result.
 *
 * `--budget` picks one of three such objects; every number in them may be changed from a program. Sizes follow from
 * compute: training costs 6 N D FLOPs with D = 20 N, so each budget's ladder is what fits its time on two cores.
 */
import { z } from "zod";
import { Arm } from "./arms.js";

/** Shape of one language model. Parameters follow from it and the vocabulary. */
export const ModelSize = z.object({
  width: z.int().positive().describe("width of the residual stream"),
  layers: z.int().positive().describe("transformer blocks"),
  heads: z.int().positive().describe("attention heads"),
});
export type ModelSize = z.infer<typeof ModelSize>;

/** A baseline trained shorter or longer than the ladder, so that more losses can be read off inside what was measured. */
export const RangeRun = ModelSize.extend({ tokensPerParameter: z.number().positive(), seeds: z.int().positive() });
export type RangeRun = z.infer<typeof RangeRun>;

const StageOptions = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.number()), z.array(z.string())]),
);

/** Where labels come from, and what learns them: the way from text to scores. */
export const Route = z.object({
  labels: z
    .enum(["lexicon", "latents"])
    .describe("lexicon: sentences that hold a term of the domain; latents: SAE latents judged (paper 3.2)"),
  classifier: z
    .enum(["ngram", "bilm"])
    .describe("ngram: words and pieces of sentences; bilm: a probe on two language models (paper 3.2)"),
  withNgrams: z.boolean().default(false).describe("the n-gram classifier's scores among the biLM probe's features"),
});
export type Route = z.infer<typeof Route>;

export const StudyConfig = z.object({
  budget: z.string().describe("name of the budget this came from"),
  seed: z.int().nonnegative().describe("every random choice follows from it"),
  seeds: z.int().positive().describe("training seeds of a cell whose arm does not say"),
  vocabulary: z.int().describe("rows of the embedding, special tokens included"),
  maxBytes: z.number().optional().describe("cut of the corpus, in bytes of text"),
  corpus: StageOptions.describe("further options of the corpus stage"),
  sizes: z.array(ModelSize).min(2).describe("the ladder"),
  range: z.array(RangeRun).describe("further baselines at the ladder's ends"),
  tokensPerParameter: z.number().positive().describe("training budget of the ladder (paper: 20)"),
  context: z.int().positive().describe("tokens per training window"),
  batch: z.int().positive().describe("windows per optimizer step"),
  lr: z.number().positive().describe("peak learning rate at the base width"),
  baseWidth: z.int().positive().describe("width at which muP changes nothing; one of the ladder's"),
  arms: z.array(Arm).min(1).describe("policies that are trained; one of them filters nothing"),
  route: Route.describe("the labels and the classifier whose scores the arms use"),
  compare: z.array(Route).describe("further routes that are made and graded beside it, and not trained on"),
  sae: StageOptions.describe("options of the sae stage"),
  label: StageOptions.describe("options of the label stage"),
  biLm: ModelSize.extend({ tokensPerParameter: z.number().positive() }).describe(
    "each half of the biLM of the routes that have one (paper: 80)",
  ),
  classifier: z.object({ ngram: StageOptions, bilm: StageOptions }).describe("options of the classifier stage"),
});
export type StudyConfig = z.infer<typeof StudyConfig>;

export const BUDGETS = ["smoke", "demo", "evening"] as const;
export type Budget = (typeof BUDGETS)[number];

/** "40x2": width and blocks. */
export const sizeName = ({ width, layers }: Pick<ModelSize, "width" | "layers">) => `${width}x${layers}`;

/** "16x2@5": a size trained on another number of tokens per parameter. */
export const rangeName = (run: RangeRun) => `${sizeName(run)}@${run.tokensPerParameter}`;

/** Seeds of a cell's runs, in order: apart from those of every other study seed up to a hundred runs. */
export const trainingSeeds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, k) => 100 * (seed - 1) + k + 1);
