/** @file The other two methods: circuit breakers by representation rerouting, and gradient ascent with a retain term. */
import { type GptConfig, gptLoss, gptShapes, residualStream, streamShapes } from "../../nn/index.js";
import { add, div, mean, mul, neg, relu, sqrt, square, sub, sum, type Tensor } from "../../tensor/index.js";
import type { UnlearningObjective } from "./objective.js";

/** Keeps roots and quotients finite where a state has not moved or is zero. */
const EPSILON = 1e-8;

const norm = (x: Tensor) => sqrt(add(sum(square(x), -1), EPSILON));

/**
 * Circuit breakers (Zou et al. 2024): on forget text the states after every block are turned until they are orthogonal
 * to what they were, ReLU(cosine); on retain text they are held, by L2 distance. All parameters move but the
 * final norm's, which neither loss reads. Where nothing has
 * moved yet the cosine is at its maximum: what sets the first step off is rounding, which Adam scales up.
 *
 * @param alpha - the factors go from alpha to alpha / 2 on the forget loss and from 0 to alpha / 2 on the retain loss
 */
export function circuitBreaker(config: GptConfig, { alpha }: { alpha: number }): UnlearningObjective {
  const average = (values: readonly Tensor[]) => div(values.reduce(add), values.length);
  return {
    trainable: Object.keys(streamShapes(config, config.layers)),
    losses({ current, frozen }, { forget, retain }) {
      const pairs = ({ tokens }: typeof forget) => {
        const was = residualStream(config, frozen, tokens).slice(1);
        const is = residualStream(config, current, tokens).slice(1);
        return was.map((state, block) => [state, is[block]] as const);
      };
      const cosine = (x: Tensor, y: Tensor) => div(sum(mul(x, y), -1), mul(norm(x), norm(y)));
      return {
        forget: average(pairs(forget).map(([was, is]) => mean(relu(cosine(was, is))))),
        retain: average(pairs(retain).map(([was, is]) => mean(norm(sub(is, was))))),
      };
    },
    factors: (step, steps) => {
      const half = step / (2 * steps);
      return { forget: alpha * (1 - half), retain: alpha * half };
    },
  };
}

/** Raises the language-modelling loss of forget text while lowering that of retain text (Maini et al. 2024, GradDiff). */
export function gradientAscent(config: GptConfig, { alpha }: { alpha: number }): UnlearningObjective {
  return {
    trainable: Object.keys(gptShapes(config)),
    losses: ({ current }, { forget, retain }) => ({
      forget: neg(gptLoss(config, current, forget.tokens, forget.targets, forget.lossMask)),
      retain: gptLoss(config, current, retain.tokens, retain.targets, retain.lossMask),
    }),
    factors: () => ({ forget: 1, retain: alpha }),
  };
}
