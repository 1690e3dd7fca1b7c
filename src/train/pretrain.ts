/**
 * @file The pretraining run: seeded initial weights, the plan's batches, the schedule, and the loss on fixed windows of
 * the validation split. Steps, checkpoints and exact resume are loop.ts's.
 */
import {
  compileTrainer,
  type Direction,
  type GptConfig,
  initialState,
  learningRate,
  type Parameters,
  type Schedule,
  type TrainingState,
} from "../nn/index.js";
import type { Stream } from "./batches.js";
import { lateLoss, type RunContext, runLoop } from "./loop.js";
import type { Masking } from "./masking.js";
import type { Plan } from "./plan.js";
import { type WindowLoss, windowLoss } from "./window-loss.js";

export interface RunOptions {
  config: GptConfig;
  direction: Direction;
  plan: Plan;
  /** Raw validation split in the model's direction; undefined when it is too short for a window. */
  validation?: Stream;
  batch: number;
  microBatches: number;
  schedule: Schedule;
  weightDecay: number;
  seed: number;
  /** Steps between checkpoints. */
  checkpointEvery: number;
  /** How often the validation loss is measured, evenly spread and at the end. */
  validations: number;
  /** Windows it is measured on. */
  validationWindows: number;
  endOfText: number;
  /** As the plan has it: validation masks tokens, too. */
  masking?: Masking;
}

export interface RunResult {
  state: TrainingState;
  effectiveTokens: number;
  /** Mean loss of the last tenth of the steps. */
  trainingLoss: number;
  validationLoss?: number;
}

/** Trains, from the checkpoint in `out` when there is one. @throws DivergedError when the loss is no longer a number */
export async function train(options: RunOptions, context: RunContext): Promise<RunResult> {
  const { config, plan, batch, microBatches, weightDecay, schedule, seed, checkpointEvery, validations } = options;
  const { threads = 1 } = context;
  const trainer = await compileTrainer(config, { batch, microBatches, weightDecay, threads });
  const validator = options.validation && validate(options, options.validation, threads);
  try {
    const loop = {
      ...{ config, checkpointEvery, steps: plan.steps, batchAt: plan.batchAt },
      start: () => initialState(config, seed),
      lrAt: (step: number) => learningRate(step, schedule),
      async measure(done: number, parameters: () => Parameters) {
        if (!validator || !measuresAt(done, plan.steps, validations)) return undefined;
        return { validation: await validator.measure(parameters()) };
      },
    };
    const { state, history } = await runLoop(loop, trainer, context);
    return {
      state,
      effectiveTokens: history.at(-1)?.effectiveTokens ?? 0,
      trainingLoss: lateLoss(history),
      validationLoss: history.findLast(({ validation }) => validation !== undefined)?.validation,
    };
  } finally {
    await trainer.release();
    await validator?.release();
  }
}

/** Whether the validation loss is measured after `done` of `steps` steps. */
function measuresAt(done: number, steps: number, times: number): boolean {
  return Math.floor((done * times) / steps) > Math.floor(((done - 1) * times) / steps);
}

/** The validation loss of this run's model. */
function validate(options: RunOptions, stream: Stream, threads: number): WindowLoss {
  const { config, direction, batch, validationWindows: windows, endOfText, seed, masking } = options;
  const { parameters } = initialState(config, seed);
  return windowLoss({ config, direction, parameters }, stream, { endOfText, windows, batch, threads, masking });
}
