/**
 * @file What an unlearning method is: two losses to lower, how they are weighed, and which weights it may move.
 *
 * The forget loss falls as the capability goes; the retain loss holds the rest in place. `current` are the weights that
 * move, `frozen` those of the model as it was given.
 */
import type { TracedParameters } from "../../nn/index.js";
import type { Tensor } from "../../tensor/index.js";

/** Windows while tracing, [batch, context] each; lossMask is float32. */
export interface TracedWindows {
  tokens: Tensor;
  targets: Tensor;
  lossMask: Tensor;
}

export interface UnlearningObjective {
  /** Names of the parameters that move; every other one keeps its bits. */
  trainable: readonly string[];
  /** Scalars. */
  losses(
    weights: { current: TracedParameters; frozen: TracedParameters },
    windows: { forget: TracedWindows; retain: TracedWindows },
  ): { forget: Tensor; retain: Tensor };
  /** Factors on the two losses in step 0, 1, ... of a run of `steps`. */
  factors(step: number, steps: number): { forget: number; retain: number };
}
