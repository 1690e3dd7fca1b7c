/**
 * @file The ladder of a study: which sizes are trained, over which seeds, and what that costs.
 */
import { type GptConfig, parameterCount } from "../nn/index.js";
import type { Arm } from "./arms.js";
import { type ModelSize, rangeName, type StudyConfig, sizeName, trainingSeeds } from "./config.js";

/** A place of the grid: a size of the ladder, or a baseline beyond its ends. */
export interface GridSize extends ModelSize {
  name: string;
  tokensPerParameter: number;
  /** False for the baselines of `range`. */
  isLadder: boolean;
}

/** Parameters of a ladder model, embedding counted once. */
export function parametersOf(config: StudyConfig, { width, layers, heads }: ModelSize): number {
  return parameterCount({ vocabulary: config.vocabulary, width, layers, heads, context: config.context } as GptConfig);
}

export const PRIORITY = { critical: 4, filtered: 2, baseline: 1, beside: 0 };

/** Sizes of the ladder, then the baselines beyond its ends. */
export function gridSizes(config: StudyConfig): GridSize[] {
  const ladder = config.sizes.map((size) => {
    return { ...size, name: sizeName(size), tokensPerParameter: config.tokensPerParameter, isLadder: true };
  });
  return [...ladder, ...config.range.map((run) => ({ ...run, name: rangeName(run), isLadder: false }))];
}

/** Seeds of every cell of an arm, by the name of its size; the baseline's further runs among them. */
export function seedsOf(config: StudyConfig, arm: Arm, size: GridSize): number[] {
  if (!size.isLadder) {
    const count = config.range.find((run) => rangeName(run) === size.name)!.seeds;
    return arm.method === "none" ? trainingSeeds(config.seed, count) : [];
  }
  return trainingSeeds(config.seed, arm.runs ? (arm.runs[size.name] ?? 0) : config.seeds);
}
