/**
 * @file The compiled step of an unlearning method, as a trainer: batches are forget windows followed by as many retain
 * windows, so the loop, its checkpoints and its exact resume are those of every other training.
 */
import {
  type AdamWOptions,
  adamW,
  type GptConfig,
  gptShapes,
  type Hyperparameters,
  hyperparameters,
  type OptimizerState,
  type Parameters,
  parameterRules,
  type Trainer,
  type TrainingState,
} from "../../nn/index.js";
import { add, compileLoop, mul, slice, spec, type Tensor, valueAndGrad } from "../../tensor/index.js";
import type { BatchSource } from "../sources.js";
import type { UnlearningObjective } from "./objective.js";

type Named = Record<string, Tensor>;
/** Windows of both kinds, forget first: int32 [2 batch, context], and float32 for the mask. */
interface UnlearningBatch {
  tokens: Tensor;
  targets: Tensor;
  lossMask: Tensor;
  factors: { forget: Tensor; retain: Tensor };
  frozen: Named;
  hyper: Hyperparameters<Tensor>;
}

export interface UnlearnerOptions extends AdamWOptions {
  /** Windows of each kind per step. */
  batch: number;
  /** Steps of a run, for the method's factors. */
  steps: number;
  threads?: number;
}

/** One step, traced, with the specs of what it takes. */
export function unlearningStep(config: GptConfig, objective: UnlearningObjective, options: UnlearnerOptions) {
  const { batch, steps: _, threads: __, ...optimizer } = options;
  const rules = Object.fromEntries(
    Object.entries(parameterRules(config)).filter(([name]) => objective.trainable.includes(name)),
  );
  const step = (state: OptimizerState<Tensor>, { frozen, factors, hyper, ...windows }: UnlearningBatch) => {
    const part = (start: number) => {
      const rows = (x: Tensor) => slice(x, 0, start, start + batch);
      return { tokens: rows(windows.tokens), targets: rows(windows.targets), lossMask: rows(windows.lossMask) };
    };
    const lossAndGradient = valueAndGrad((moving: Named) => {
      const weights = { current: { ...state.parameters, ...moving }, frozen };
      const { forget, retain } = objective.losses(weights, { forget: part(0), retain: part(batch) });
      return add(mul(forget, factors.forget), mul(retain, factors.retain));
    });
    const moving = Object.fromEntries(Object.keys(rules).map((name) => [name, state.parameters[name]]));
    const [loss, gradients] = lossAndGradient(moving);
    const { state: moved, gradientNorm } = adamW(state, gradients as Named, hyper, rules, optimizer);
    const next = {
      parameters: { ...state.parameters, ...moved.parameters },
      first: { ...state.first, ...moved.first },
      second: { ...state.second, ...moved.second },
    };
    return { state: next, metrics: { loss, gradientNorm } };
  };
  const parameters = () =>
    Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const windows = [2 * batch, config.context];
  const specs = {
    state: { parameters: parameters(), first: parameters(), second: parameters() },
    batch: {
      tokens: spec(windows, "int32"),
      targets: spec(windows, "int32"),
      lossMask: spec(windows),
      factors: { forget: spec([]), retain: spec([]) },
      frozen: parameters(),
      hyper: { stepSize: spec([]), epsilon: spec([]), decay: spec([]) },
    },
  };
  return { step, specs };
}

/** Compiles a method for a model; `frozen` are its weights as given. */
export async function compileUnlearner(
  config: GptConfig,
  frozen: Parameters,
  objective: UnlearningObjective,
  options: UnlearnerOptions,
): Promise<Trainer> {
  const { step, specs } = unlearningStep(config, objective, options);
  const loop = await compileLoop(step, specs, { threads: options.threads ?? 1 });
  return {
    load: (state) => loop.load(state),
    async step({ tokens, targets, lossMask }, update, lr) {
      const factors = objective.factors(update - 1, options.steps);
      const hyper = hyperparameters(update, lr, options);
      const inputs = { tokens, targets, lossMask: Float32Array.from(lossMask), factors, frozen, hyper };
      const { loss, gradientNorm } = await loop.run(inputs);
      return { loss: loss[0], gradientNorm: gradientNorm[0] };
    },
    state: () => loop.state() as unknown as TrainingState,
    release: () => loop.release(),
  };
}

/** Batches of forget windows followed by as many retain windows. */
export function pairedSource(forget: BatchSource, retain: BatchSource): BatchSource {
  const { context, batch } = forget;
  return {
    context,
    batch: 2 * batch,
    items: forget.items + retain.items,
    batchAt(step) {
      const [one, other] = [forget.batchAt(step), retain.batchAt(step)];
      return {
        tokens: Int32Array.of(...one.tokens, ...other.tokens),
        targets: Int32Array.of(...one.targets, ...other.targets),
        lossMask: Uint8Array.of(...one.lossMask, ...other.lossMask),
      };
    },
  };
}
