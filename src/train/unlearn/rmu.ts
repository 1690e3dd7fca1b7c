/**
 * @file RMU, representation misdirection for unlearning, as published (Li et al. 2024, WMDP; paper 4.3, B.3).
 *
 * On forget text the state after the middle block is pushed towards one fixed random vector c u; on retain text it is
 * held where it was, weighed by alpha. Only the MLP weights of the middle block and the two before it move. A model of
 * fewer blocks has fewer to move: with one or two, the first block's alone; the state after a model's only block is what
 * its output reads.
 */
import { random } from "../../base/random.js";
import { blockNames, type GptConfig, residualStream } from "../../nn/index.js";
import { constant, mean, square, sub, sum } from "../../tensor/index.js";
import type { UnlearningObjective } from "./objective.js";

export interface RmuOptions {
  /** The block whose output is pushed, from 1; the middle one by default. */
  layer?: number;
  /** c, the length of the vector it is pushed towards (published: 20). */
  coefficient: number;
  /** Weight of the retain loss (published: 100). */
  alpha: number;
  /** Of the direction u. */
  seed: number;
}

/** The middle block, counted from 1; of an even number the earlier of two. */
export const middleBlock = ({ layers }: Pick<GptConfig, "layers">) => Math.ceil(layers / 2);

/** MLP matrices of a block (counted from 1) and the two before it, as far as there are any. */
export function mlpWeights(layer: number): string[] {
  const blocks = [layer - 2, layer - 1, layer].filter((block) => block >= 1);
  return blocks.flatMap((block) => {
    const { mlpIn, mlpOut } = blockNames(block - 1);
    return [mlpIn, mlpOut];
  });
}

/** u: entries uniform in [0, 1), scaled to length 1, as published. [width] */
export function randomDirection(width: number, seed: number): Float32Array {
  const { uniform } = random(seed, "unlearn:direction");
  const entries = Float64Array.from({ length: width }, uniform);
  const length = Math.hypot(...entries);
  return Float32Array.from(entries, (entry) => entry / length);
}

/** Forget: mean over tokens of ||h - c u||^2; retain: of ||h - h_frozen||^2. */
export function rmu(config: GptConfig, options: RmuOptions): UnlearningObjective {
  const { layer = middleBlock(config), coefficient, alpha, seed } = options;
  const target = randomDirection(config.width, seed).map((entry) => coefficient * entry);
  return {
    trainable: mlpWeights(layer),
    losses({ current, frozen }, { forget, retain }) {
      const state = (weights: typeof current, { tokens }: typeof forget) =>
        residualStream(config, weights, tokens, layer)[layer];
      const distance = (x: ReturnType<typeof state>, y: ReturnType<typeof state>) => mean(sum(square(sub(x, y)), -1));
      return {
        forget: distance(state(current, forget), constant(target, [1, 1, config.width])),
        retain: distance(state(current, retain), state(frozen, retain)),
      };
    },
    factors: () => ({ forget: 1, retain: alpha }),
  };
}
