/** @file The models that are timed, and how much arithmetic one step of each is. */
import { GptConfig } from "../nn/index.js";

export interface BenchSize {
  config: GptConfig;
  /** sequences per step */
  batch: number;
}

function size(vocabulary: number, width: number, layers: number, heads: number, batch: number): BenchSize {
  return { config: GptConfig.parse({ vocabulary, width, layers, heads, context: 256 }), batch };
}

/** S, M and L are the sizes of the engine's design; w32 and w64 are small rungs of the study's ladder. */
export const BENCH_SIZES: Record<string, BenchSize> = {
  w32: size(4096, 32, 1, 1, 16),
  w64: size(4096, 64, 2, 2, 16),
  S: size(4096, 128, 2, 4, 16),
  M: size(4096, 256, 4, 4, 16),
  L: size(8192, 512, 8, 8, 8),
};

/**
 * Floating-point operations of one training step: 6 per weight of a matrix and token (forward 2, backward 4), the tied
 * embedding counted as the output matrix, and 12 T d per layer and token for attention, without credit for causality.
 */
export function stepFlops({ config, batch }: BenchSize): number {
  const { vocabulary, width, layers, context } = config;
  const tokens = batch * context;
  const blocks = 6 * 12 * layers * width ** 2;
  const output = 6 * vocabulary * width;
  const attention = 12 * layers * context * width;
  return tokens * (blocks + output + attention);
}
