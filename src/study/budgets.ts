/**
 * @file The one dial: what each budget trains, from a smoke test to an evening.
 *
 * A model of N parameters costs 120 N^2 FLOPs at 20 tokens per parameter and is trained once per arm; the embedding
 * dominates at these sizes and is counted. Rates measured on two cores: see docs/performance.md.
 */
import type { Budget, ModelSize, StudyConfig } from "./config.js";

const size = (width: number, layers: number, heads: number): ModelSize => ({ width, layers, heads });

/** Shared by all budgets; a budget overrides what it must. */
const COMMON = {
  seed: 1,
  vocabulary: 4096,
  tokensPerParameter: 20,
  context: 256,
  batch: 16,
  /** The rate at which the paper compares classifiers (C.3). */
  filteredShare: 0.25,
};

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
        sizes: [size(16, 1, 2), size(24, 1, 2), size(32, 1, 2), size(48, 1, 2)],
        sae: { latents: 256, steps: 150, batch: 1024 },
        label: { documents: 200, minShare: 0.1, documentShare: 0.1 },
        biLm: { ...size(32, 1, 2), tokensPerParameter: 10 },
        classifier: { maxTokens: 10_000 },
      };
    case "demo":
      return {
        ...COMMON,
        budget,
        // Half the usual vocabulary: less of a small model is embedding, and less of a step goes into logits.
        vocabulary: 2048,
        sizes: [size(16, 1, 2), size(24, 1, 2), size(32, 1, 2), size(48, 2, 3)],
        sae: {},
        label: { documents: 600 },
        biLm: { ...size(32, 2, 2), tokensPerParameter: 80 },
        classifier: {},
      };
    case "evening":
      return {
        ...COMMON,
        budget,
        maxBytes: 30_000_000,
        sizes: [size(16, 1, 2), size(24, 1, 2), size(32, 1, 2), size(64, 2, 4)],
        sae: {},
        // Documents of one's own are longer than dictionary pages.
        label: { documents: 400 },
        biLm: { ...size(32, 2, 2), tokensPerParameter: 80 },
        classifier: {},
      };
  }
}
