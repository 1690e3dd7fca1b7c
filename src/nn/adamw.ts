/**
 * @file AdamW with decoupled weight decay (Loshchilov & Hutter) and a clip of the gradient's global norm.
 *
 * The update is traced into the training graph. What changes from step to step (learning rate, bias corrections) comes
 * in as three small inputs, so one compiled graph serves a whole run. Decay is multiplied by the learning rate and by
 * the parameter's muP factor (paper A.2); norm gains do not decay.
 */
import { add, div, minimum, mul, sqrt, square, sub, sum, type Tensor } from "../tensor/index.js";
import type { ParameterRule } from "./init.js";

export interface AdamWOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
  /** Largest global norm of the gradient; a larger one is scaled down to it. */
  clip?: number;
}

export const ADAMW = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 } as const;

/** What a step needs besides gradients. Scalars. */
export const HYPERPARAMETERS = ["stepSize", "epsilon", "decay"] as const;
export type Hyperparameters<T> = Record<(typeof HYPERPARAMETERS)[number], T>;

/**
 * The numbers of one update. With s = sqrt(1 - beta2^t), m-hat / (sqrt(v-hat) + eps) equals
 * s / (1 - beta1^t) * m / (sqrt(v) + eps s): correcting scalars instead of arrays saves two passes over the parameters.
 *
 * @param update - 1 for the first update
 */
export function hyperparameters(update: number, lr: number, options: AdamWOptions = {}): Hyperparameters<number> {
  const { beta1, beta2, epsilon, weightDecay } = { ...ADAMW, ...options };
  const correction = Math.sqrt(1 - beta2 ** update);
  return {
    stepSize: (lr * correction) / (1 - beta1 ** update),
    epsilon: epsilon * correction,
    decay: lr * weightDecay,
  };
}

/** Parameters and their two running moments, by name. */
export interface OptimizerState<T> {
  parameters: Record<string, T>;
  first: Record<string, T>;
  second: Record<string, T>;
}

/** One update, traced. Returns the next state and the global norm of the gradient before clipping. */
export function adamW(
  state: OptimizerState<Tensor>,
  gradients: Record<string, Tensor>,
  hyper: Hyperparameters<Tensor>,
  rules: Record<string, ParameterRule>,
  options: AdamWOptions = {},
): { state: OptimizerState<Tensor>; gradientNorm: Tensor } {
  const { beta1, beta2, clip } = { ...ADAMW, ...options };
  const names = Object.keys(rules);
  const gradientNorm = sqrt(names.map((name) => sum(square(gradients[name]))).reduce((a, b) => add(a, b)));
  const shrink = minimum(div(clip, add(gradientNorm, 1e-20)), 1);
  const next: OptimizerState<Tensor> = { parameters: {}, first: {}, second: {} };
  for (const name of names) {
    const { learningRate, decays } = rules[name];
    const gradient = mul(gradients[name], shrink);
    const first = add(mul(state.first[name], beta1), mul(gradient, 1 - beta1));
    const second = add(mul(state.second[name], beta2), mul(square(gradient), 1 - beta2));
    const change = mul(div(first, add(sqrt(second), hyper.epsilon)), mul(hyper.stepSize, learningRate));
    const parameter = state.parameters[name];
    const kept = decays ? mul(parameter, sub(1, mul(hyper.decay, learningRate))) : parameter;
    next.parameters[name] = sub(kept, change);
    next.first[name] = first;
    next.second[name] = second;
  }
  return { state: next, gradientNorm };
}
