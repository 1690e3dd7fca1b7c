/**
 * @file The one dial: what each budget trains, from a smoke test to an evening.
 *
 * A model of N parameters costs 120 N^2 FLOPs at 20 tokens per parameter; the embedding dominates at these sizes and is
 * counted. One depth rule: two blocks of two heads at every width, so that width alone tells the sizes of a ladder apart.
 * Seeds are spent where they are cheap and at the largest size, which is quoted; controls run at two sizes.
 */
import { armsAt } from "./arms.js";
import type { Budget, ModelSize, RangeRun, StudyConfig } from "./config.js";

const size = (width: number): ModelSize => ({ width, layers: 2, heads: 2 });
const range = (width: number, tokensPerParameter: number, seeds = 1): RangeRun => ({
  ...size(width),
  tokensPerParameter,
  seeds,
});

/** Shared by all budgets; a budget overrides what it must. */
const COMMON = {
  seed: 1,
  seeds: 1,
  vocabulary: 2048,
  corpus: {},
  tokensPerParameter: 20,
  context: 256,
  /** Small models take few steps: in larger batches they stay long at token frequencies, how long is chance (decisions/006). */
  batch: 8,
  /** Checked at the smallest and the largest width of the demo (docs/decisions/006). */
  lr: 0.01,
  baseWidth: 32,
  route: { labels: "lexicon", classifier: "ngram", withNgrams: false },
  compare: [],
  sae: {},
  label: { documents: 400 },
  biLm: { ...size(32), tokensPerParameter: 80 },
  classifier: { ngram: {}, bilm: {} },
} satisfies Partial<StudyConfig>;

/** The configuration behind `--budget`. */
export function studyConfig(budget: Budget): StudyConfig {
  switch (budget) {
    case "smoke":
      return {
        ...COMMON,
        budget,
        vocabulary: 1024,
        maxBytes: 1_000_000,
        tokensPerParameter: 5,
        context: 64,
        batch: 16,
        baseWidth: 16,
        sizes: [size(16), size(24), size(32)],
        range: [range(16, 2), range(32, 8)],
        arms: armsAt({
          baseline: { "16x2": 2, "24x2": 2, "32x2": 2 },
          document: { "32x2": 1 },
          mask: { "24x2": 1, "32x2": 1 },
          remove: { "32x2": 1 },
          "truth-mask": { "32x2": 1 },
          "random-mask": { "32x2": 1 },
          "wrong-topic-mask": { "32x2": 1 },
        }),
        sae: { latents: 256, steps: 150, batch: 1024 },
        label: { documents: 200, minShare: 0.1, documentShare: 0.1 },
        biLm: { ...size(32), tokensPerParameter: 10 },
        classifier: { ngram: {}, bilm: { maxTokens: 10_000 } },
      };
    case "demo":
      return {
        ...COMMON,
        budget,
        sizes: [size(16), size(24), size(32), size(40)],
        range: [range(16, 5), range(16, 10), range(40, 30)],
        arms: armsAt({
          baseline: { "16x2": 3, "24x2": 3, "32x2": 2, "40x2": 3 },
          document: { "24x2": 1, "40x2": 1 },
          mask: { "16x2": 1, "24x2": 2, "32x2": 1, "40x2": 2 },
          remove: { "24x2": 1, "40x2": 1 },
          "truth-mask": { "24x2": 1, "40x2": 1 },
          "random-mask": { "24x2": 1, "40x2": 2 },
          "wrong-topic-mask": { "24x2": 1, "40x2": 1 },
          "wrong-topic-remove": { "40x2": 1 },
        }),
      };
    case "evening":
      return {
        ...COMMON,
        budget,
        vocabulary: 4096,
        maxBytes: 30_000_000,
        sizes: [size(24), size(32), size(48), size(64)],
        range: [range(24, 5), range(24, 10), range(64, 30)],
        arms: armsAt({
          baseline: { "24x2": 3, "32x2": 3, "48x2": 2, "64x2": 2 },
          document: { "32x2": 1, "48x2": 1, "64x2": 1 },
          mask: { "24x2": 1, "32x2": 2, "48x2": 1, "64x2": 2 },
          remove: { "32x2": 1, "64x2": 1 },
          "truth-mask": { "32x2": 1, "64x2": 1 },
          "random-mask": { "32x2": 2, "64x2": 2 },
          "wrong-topic-mask": { "32x2": 1, "64x2": 1 },
          "wrong-topic-remove": { "64x2": 1 },
        }),
        compare: [
          { labels: "latents", classifier: "bilm", withNgrams: false },
          { labels: "lexicon", classifier: "bilm", withNgrams: false },
          { labels: "lexicon", classifier: "bilm", withNgrams: true },
        ],
      };
  }
}
