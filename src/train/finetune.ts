/**
 * @file Finetuning: a trained model goes on with other batches, a fresh optimizer and a constant rate or a schedule.
 *
 * The learning rate is scaled per parameter by the model's muP table, as in pretraining (paper B.3 does so, the
 * reference's chat and refusal scripts do not). Steps, checkpoints and exact resume are loop.ts's; where batches come
 * from is sources.ts's. Attacks, chat tuning and refusal training are all this function with other data.
 */
import {
  type AdamWOptions,
  compileTrainer,
  learningRate,
  type Model,
  type Parameters,
  type Schedule,
  startingState,
  type Trainer,
  type TrainingState,
} from "../nn/index.js";
import type { HistoryLine } from "./history.js";
import { type RunContext, runLoop } from "./loop.js";
import type { BatchSource } from "./sources.js";

export interface FinetuneOptions {
  /** Where it starts; left as it is. */
  model: Model;
  source: BatchSource;
  /** Steps at most. */
  steps: number;
  /** Constant learning rate at base width, or a schedule over the steps. */
  lr: number | Schedule;
  microBatches?: number;
  /** Weight decay, clip and betas; those of pretraining by default. */
  optimizer?: AdamWOptions;
  /** Steps between checkpoints. */
  checkpointEvery: number;
  /** Measured after the steps for which `isDue`; in the history as `evaluation`. */
  evaluation?: Evaluation;
  /** Whether the run ends after a step; decided by its line of the history alone. */
  stop?(line: HistoryLine): boolean;
  /** From `finetuneTrainer`, in place of `microBatches` and `optimizer`; runs that differ in data and rate only can share one. */
  trainer?: Trainer;
}

export interface Evaluation {
  /** @param done - steps taken, from 1 */
  isDue(done: number): boolean;
  /** Named numbers, e.g. losses in nats per token. */
  measure(parameters: Parameters): Promise<Record<string, number>>;
}

export interface FinetuneResult {
  model: Model;
  state: TrainingState;
  /** One line per step. */
  history: HistoryLine[];
}

/** Compiles the step that `finetune` takes; the caller releases it. */
export function finetuneTrainer(
  { config }: Model,
  { context, batch }: Pick<BatchSource, "context" | "batch">,
  options: AdamWOptions & { microBatches?: number; threads?: number } = {},
): Promise<Trainer> {
  // Rotary positions are relative: a model trains on shorter windows as it is.
  return compileTrainer({ ...config, context }, { batch, ...options });
}

/** Finetunes, from the checkpoint in `context.out` when there is one. @throws DivergedError */
export async function finetune(options: FinetuneOptions, context: RunContext): Promise<FinetuneResult> {
  const { model, source, steps, lr, microBatches, optimizer, checkpointEvery, evaluation, stop } = options;
  const { threads } = context;
  const own = options.trainer
    ? undefined
    : await finetuneTrainer(model, source, { ...optimizer, microBatches, threads });
  try {
    const loop = {
      ...{ config: model.config, steps, batchAt: source.batchAt, checkpointEvery, stop },
      start: () => startingState(model.parameters),
      lrAt: (step: number) => (typeof lr === "number" ? lr : learningRate(step, lr)),
      async measure(done: number, parameters: () => Parameters) {
        return evaluation?.isDue(done) ? { evaluation: await evaluation.measure(parameters()) } : undefined;
      },
    };
    const { state, history } = await runLoop(loop, (options.trainer ?? own)!, context);
    return { model: { ...model, parameters: state.parameters }, state, history };
  } finally {
    await own?.release();
  }
}
