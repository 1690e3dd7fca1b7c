/**
 * @file A compiled training step: loss, gradients, clip and AdamW in one native graph, one call per step.
 *
 * The loss of a step is the mean over the targets that count in the *whole* batch. A batch may be cut into micro-batches
 * to save memory: each contributes the sum of its losses divided by the whole batch's count, gradients are added up, and
 * the parameters move on the last one; so the cut changes nothing but rounding.
 */
import { add, compileLoop, less, mul, spec, sub, type Tensor, valueAndGrad, where } from "../tensor/index.js";
import { type AdamWOptions, adamW, type Hyperparameters, hyperparameters, type OptimizerState } from "./adamw.js";
import type { GptConfig } from "./config.js";
import { gptLoss, type TracedParameters } from "./gpt.js";
import { initialise, type Parameters, parameterRules } from "./init.js";

/** What a step learns from, each [batch * context] in row-major order. */
export interface TrainingBatch {
  tokens: Int32Array;
  /** The token after each of `tokens`. */
  targets: Int32Array;
  /** 1 where the target counts, 0 where it does not. */
  lossMask: Uint8Array;
}

export interface TrainerOptions extends AdamWOptions {
  /** Sequences per step. */
  batch: number;
  /** Equal parts the batch is cut into; must divide `batch`. */
  microBatches?: number;
  threads?: number;
}

/** Values of a training state; `first` and `second` are the moments of AdamW. */
export type TrainingState = { [Part in keyof OptimizerState<never>]: Parameters };

export interface Trainer {
  load(state: TrainingState): void;
  /**
   * One step, the `update`-th (from 1).
   * @returns the loss in nats per counted target (0 when none counts) and the gradient's norm before clipping
   */
  step(batch: TrainingBatch, update: number, lr: number): Promise<{ loss: number; gradientNorm: number }>;
  /** A copy of the current state. */
  state(): TrainingState;
  release(): Promise<void>;
}

/** The state at step 0 of training from scratch: seeded parameters, moments of zero. */
export function initialState(config: GptConfig, seed: number): TrainingState {
  return startingState(initialise(config, seed));
}

/** Parameters with moments of zero: where a fresh optimizer starts. */
export function startingState(parameters: Parameters): TrainingState {
  const zeros = () => mapValues(parameters, (data) => new Float32Array(data.length));
  return { parameters, first: zeros(), second: zeros() };
}

/** How one micro-batch enters the graph. */
export interface LossWeights {
  /** Weights of the targets, [rows * context]: 1 where one counts, 0 where not. */
  weights: Float32Array<ArrayBuffer>;
  /** Targets that count here over those that count in the whole batch: mean here * share adds up to the batch's mean. */
  share: number;
}

/** Cuts a batch's loss mask into equal parts. A part in which nothing counts has share 0 (and weights that divide). */
export function lossWeights(lossMask: Uint8Array, parts: number): LossWeights[] {
  const size = lossMask.length / parts;
  const count = (mask: Uint8Array) => mask.reduce((sum, counts) => sum + counts, 0);
  const all = Math.max(1, count(lossMask));
  return Array.from({ length: parts }, (_, part) => {
    const mask = lossMask.subarray(part * size, (part + 1) * size);
    const share = count(mask) / all;
    return { weights: share > 0 ? Float32Array.from(mask) : new Float32Array(size).fill(1), share };
  });
}

const mapValues = <A, B>(record: Record<string, A>, f: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));

/** Compiles the step of one model. @throws Error when microBatches does not divide batch */
export async function compileTrainer(config: GptConfig, options: TrainerOptions): Promise<Trainer> {
  const { batch, microBatches = 1, threads = 1, ...optimizer } = options;
  if (batch % microBatches !== 0) throw new Error(`${microBatches} micro-batches do not divide a batch of ${batch}`);
  const rows = batch / microBatches;
  const rules = parameterRules(config);
  const lossAndGradient = valueAndGrad(
    (parameters: TracedParameters, tokens: Tensor, targets: Tensor, weights: Tensor, share: Tensor) =>
      mul(gptLoss(config, parameters, tokens, targets, weights), share),
  );
  type Batch = {
    tokens: Tensor;
    targets: Tensor;
    weights: Tensor;
    share: Tensor;
    hyper: Hyperparameters<Tensor>;
    isLast: Tensor;
  };
  type State = OptimizerState<Tensor> & { summed: Record<string, Tensor> };

  const step = (state: State, { tokens, targets, weights, share, hyper, isLast }: Batch) => {
    const [loss, here] = lossAndGradient(state.parameters, tokens, targets, weights, share);
    if (microBatches === 1) {
      const { state: next, gradientNorm } = adamW(state, here as Record<string, Tensor>, hyper, rules, optimizer);
      return { state: { ...next, summed: {} }, metrics: { loss, gradientNorm } };
    }
    const gradients = mapValues(here as Record<string, Tensor>, (g, name) => add(g, state.summed[name]));
    const { state: next, gradientNorm } = adamW(state, gradients, hyper, rules, optimizer);
    const last = less(0.5, isLast);
    const choose = (part: "parameters" | "first" | "second") =>
      mapValues(next[part], (moved, name) => where(last, moved, state[part][name]));
    const moved = { parameters: choose("parameters"), first: choose("first"), second: choose("second") };
    const summed = mapValues(gradients, (g) => mul(g, sub(1, isLast)));
    return { state: { ...moved, summed }, metrics: { loss, gradientNorm } };
  };

  const parameterSpecs = () => mapValues(rules, ({ shape }) => spec(shape));
  const [int, float] = [spec([rows, config.context], "int32"), spec([rows, config.context])];
  const loop = await compileLoop(
    step,
    {
      state: {
        parameters: parameterSpecs(),
        first: parameterSpecs(),
        second: parameterSpecs(),
        summed: microBatches === 1 ? {} : parameterSpecs(),
      },
      batch: {
        tokens: int,
        targets: int,
        weights: float,
        share: spec([]),
        hyper: { stepSize: spec([]), epsilon: spec([]), decay: spec([]) },
        isLast: spec([]),
      },
    },
    { threads },
  );

  const partSize = rows * config.context;
  return {
    load: ({ parameters, first, second }) => {
      const summed = microBatches === 1 ? {} : mapValues(parameters, (data) => new Float32Array(data.length));
      loop.load({ parameters, first, second, summed });
    },
    async step({ tokens, targets, lossMask }, update, lr) {
      const parts = lossWeights(lossMask, microBatches);
      const hyper = hyperparameters(update, lr, optimizer);
      const total = { loss: 0, gradientNorm: 0 };
      for (let part = 0; part < microBatches; part++) {
        const cut = (all: Int32Array) => all.subarray(part * partSize, (part + 1) * partSize);
        const isLast = part === microBatches - 1 ? 1 : 0;
        const inputs = { tokens: cut(tokens), targets: cut(targets), ...parts[part], hyper, isLast };
        const { loss, gradientNorm } = await loop.run(inputs);
        total.loss += loss[0];
        total.gradientNorm = gradientNorm[0];
      }
      return total;
    },
    state: () => {
      const { parameters, first, second } = loop.state() as unknown as TrainingState;
      return { parameters, first, second };
    },
    release: () => loop.release(),
  };
}
