/**
 * @file Sparse autoencoders (SAEs) as maths: a state is written as a sparse sum of learned directions, the latents.
 *
 *   pre = (x - bDecoder) Wencoder + bEncoder      f = pre where pre > threshold, else 0
 *   x^  = f Wdecoder + bDecoder                   rows of Wdecoder have norm 1
 *
 * Two ways to set the thresholds, one way to use them:
 * - jumprelu (Rajamanoharan et al. 2024, as in Gemma Scope): one per latent, learned by straight-through gradients of a
 *   rectangle kernel, with a penalty that draws the mean number of active latents (L0) to a target;
 * - topk (batch top-k, Bussmann et al. 2024): one for all, steered so that on average `target` latents are active. It
 *   is a running threshold, not an exact top-k of each row, so what is trained is what is used.
 */
import {
  add,
  broadcastTo,
  cast,
  div,
  exp,
  greaterEqual,
  less,
  log,
  matmul,
  maximum,
  mean,
  minimum,
  mul,
  relu,
  spec,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  valueAndGrad,
} from "../tensor/index.js";
import { adamW, type Hyperparameters, type OptimizerState } from "./adamw.js";
import type { ParameterRule } from "./init.js";

export type SaeActivation = "topk" | "jumprelu";

/** Shapes: encoder [width, latents], decoder [latents, width], biases [latents] and [width], threshold [latents]. */
export interface SaeWeights<T> {
  encoder: T;
  encoderBias: T;
  decoder: T;
  decoderBias: T;
  /** Always above 0. */
  threshold: T;
}

/** Pre-activations, x [tokens, width] -> [tokens, latents]. */
function preActivations(w: Pick<SaeWeights<Tensor>, "encoder" | "encoderBias" | "decoderBias">, x: Tensor): Tensor {
  return relu(add(matmul(sub(x, w.decoderBias), w.encoder), w.encoderBias));
}

/** Activations of all latents, x [tokens, width] -> [tokens, latents], zero or above the threshold. */
export function encodeSae(w: SaeWeights<Tensor>, x: Tensor): Tensor {
  const pre = preActivations(w, x);
  return mul(pre, cast(less(w.threshold, pre), "float32"));
}

/** Reconstruction, activations [tokens, latents] -> [tokens, width]. */
export function decodeSae(w: SaeWeights<Tensor>, activations: Tensor): Tensor {
  return add(matmul(activations, w.decoder), w.decoderBias);
}

/** What is trained. Thresholds are kept as logarithms, so that they stay above 0. */
export const SAE_PARAMETERS = ["encoder", "encoderBias", "decoder", "decoderBias", "logThreshold"] as const;
type SaeParameters<T> = Record<(typeof SAE_PARAMETERS)[number], T>;

export interface SaeTraining {
  width: number;
  latents: number;
  activation: SaeActivation;
  /** Width of the rectangle kernel of the straight-through gradient, as a share of the threshold. */
  bandwidth: number;
  /** Weight of the squared relative distance of L0 from its target (jumprelu). */
  sparsityWeight: number;
  /** Largest step of the logarithm of the shared threshold (topk). */
  thresholdRate: number;
}
export const SAE_TRAINING = { bandwidth: 0.3, sparsityWeight: 0.1, thresholdRate: 0.03 } as const;

/** Training rules: thresholds of top-k are steered, not learned. */
function saeRules({ width, latents, activation }: SaeTraining): Record<string, ParameterRule> {
  const rule = (...shape: number[]): ParameterRule => ({ shape, start: 0, learningRate: 1, decays: false });
  return {
    encoder: rule(width, latents),
    encoderBias: rule(latents),
    decoder: rule(latents, width),
    decoderBias: rule(width),
    ...(activation === "jumprelu" ? { logThreshold: rule(latents) } : {}),
  };
}

/** Shapes of the whole training state, by parameter. */
export function saeShapes({ width, latents }: SaeTraining): SaeParameters<number[]> {
  return {
    encoder: [width, latents],
    encoderBias: [latents],
    decoder: [latents, width],
    decoderBias: [width],
    logThreshold: [latents],
  };
}

/**
 * The loss: share of variance left unexplained, plus the sparsity penalty of jumprelu.
 *
 * @param x - states of mean square 1 per dimension [tokens, width]
 * @param target - L0 aimed at, scalar
 */
function saeLoss(p: SaeParameters<Tensor>, x: Tensor, target: Tensor, options: SaeTraining) {
  const pre = preActivations(p, x);
  const threshold = exp(p.logThreshold);
  const fired = stopGradient(cast(less(threshold, pre), "float32"));
  if (options.activation === "topk") {
    const error = sub(add(matmul(mul(pre, fired), p.decoder), p.decoderBias), x);
    return mean(square(error));
  }
  // Straight through: `nudge` is 0 and carries the threshold's gradient, weighted by the kernel's value at each entry.
  const half = mul(threshold, options.bandwidth / 2);
  const near = cast(greaterEqual(half, maximum(sub(pre, threshold), sub(threshold, pre))), "float32");
  const kernel = stopGradient(div(near, mul(half, 2)));
  const nudge = mul(kernel, sub(stopGradient(threshold), threshold));
  const activations = add(mul(pre, fired), mul(stopGradient(threshold), nudge));
  const error = sub(add(matmul(activations, p.decoder), p.decoderBias), x);
  const l0 = div(sum(add(fired, nudge)), x.shape[0]);
  return add(mean(square(error)), mul(square(sub(div(l0, target), 1)), options.sparsityWeight));
}

export interface SaeBatch {
  x: Tensor;
  /** L0 aimed at in this step. */
  target: Tensor;
  hyper: Hyperparameters<Tensor>;
}

/** What the step is compiled for: batches of `rows` states. */
export function saeSpecs(options: SaeTraining, rows: number) {
  const part = () => Object.fromEntries(Object.entries(saeShapes(options)).map(([name, shape]) => [name, spec(shape)]));
  const hyper = { stepSize: spec([]), epsilon: spec([]), decay: spec([]) };
  return {
    state: { parameters: part(), first: part(), second: part() },
    batch: { x: spec([rows, options.width]), target: spec([]), hyper },
  };
}

/** One training step, to be compiled as a loop. Metrics: `loss` (unexplained variance and penalty), `l0`, `fired` [latents]. */
export function saeStep(options: SaeTraining) {
  const rules = saeRules(options);
  return (state: OptimizerState<Tensor>, { x, target, hyper }: SaeBatch) => {
    const parameters = state.parameters as SaeParameters<Tensor>;
    const [loss, gradients] = valueAndGrad((p: SaeParameters<Tensor>) => saeLoss(p, x, target, options))(parameters);
    const next = adamW(state, gradients, hyper, rules).state;
    const pre = preActivations(parameters, x);
    const fired = mean(cast(less(exp(parameters.logThreshold), pre), "float32"), [0]);
    const l0 = sum(fired);
    const decoder = next.parameters.decoder;
    next.parameters.decoder = div(decoder, sqrt(add(sum(square(decoder), [1], { keepDims: true }), 1e-12)));
    if (options.activation === "topk") {
      const excess = maximum(-1, minimum(1, log(div(add(l0, 1), add(target, 1)))));
      const change = broadcastTo(mul(excess, options.thresholdRate), [options.latents]);
      next.parameters.logThreshold = add(parameters.logThreshold, change);
      next.first.logThreshold = state.first.logThreshold;
      next.second.logThreshold = state.second.logThreshold;
    }
    return { state: next, metrics: { loss, l0, fired } };
  };
}
