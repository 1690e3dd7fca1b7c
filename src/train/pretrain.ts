/**
 * @file The training run: steps, history, validation, checkpoints.
 *
 * Everything a run needs to go on is its step number and its state, because batch i follows from (seed, i). A checkpoint
 * is written every so many steps as one atomic file in the scratch; a run killed anywhere and started again ends with
 * the same bytes as one that was not.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { grouped, UserError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import {
  compileTrainer,
  type Direction,
  type GptConfig,
  initialState,
  type LossReader,
  learningRate,
  loadState,
  lossReader,
  type Parameters,
  type Schedule,
  saveState,
  type Trainer,
  type TrainingState,
} from "../nn/index.js";
import { batchOf, type Stream, windowCount } from "./batches.js";
import { type History, type HistoryLine, openHistory } from "./history.js";
import type { Plan } from "./plan.js";

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
}

export interface RunContext {
  /** Folder for history.jsonl and the checkpoint. */
  out: string;
  progress?: Progress;
  threads?: number;
  /** Called after every step and its checkpoint; may throw to stop (tests interrupt runs with it). */
  afterStep?: (step: number) => void;
}

export interface RunResult {
  state: TrainingState;
  effectiveTokens: number;
  /** Mean loss of the last tenth of the steps. */
  trainingLoss: number;
  validationLoss?: number;
}

/** Scratch: the stage removes it at the end. */
const CHECKPOINT = ".checkpoint.safetensors";

/** Trains, from the checkpoint in `out` when there is one. @throws UserError when the loss is no longer a number */
export async function train(options: RunOptions, context: RunContext): Promise<RunResult> {
  const { config, plan, batch, microBatches, weightDecay, schedule } = options;
  const { out, progress = () => {}, threads = 1, afterStep = () => {} } = context;
  const trainer = await compileTrainer(config, { batch, microBatches, weightDecay, threads });
  const validator = options.validation && validate(options, options.validation, threads);
  try {
    const start = await begin(options, trainer, out);
    let { effectiveTokens } = start;
    const { history } = start;
    const perStep = batch * config.context;
    const rate = rateMeter(perStep);
    for (let step = start.step; step < plan.steps; step++) {
      const lr = learningRate(step, schedule);
      const { loss, gradientNorm } = await trainer.step(plan.batchAt(step), step + 1, lr);
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        throw diverged(step + 1, lr, loss, gradientNorm);
      }
      effectiveTokens += plan.effectiveTokensAt(step);
      const done = step + 1;
      const isMeasured = validator && measuresAt(done, plan.steps, options.validations);
      const measured = isMeasured && { validation: await validator.measure(trainer.state().parameters) };
      const rawTokens = done * perStep;
      history.add({ step: done, loss, lr, rawTokens, effectiveTokens, ...measured });
      if (done % options.checkpointEvery === 0 && done < plan.steps) {
        history.flush();
        const metadata = { step: String(done), effectiveTokens: String(effectiveTokens) };
        await saveState(join(out, CHECKPOINT), config, trainer.state(), metadata);
      }
      const detail = rate(loss);
      if (detail || done === plan.steps)
        progress({ done: rawTokens, total: plan.steps * perStep, unit: "tokens", detail });
      afterStep(done);
    }
    history.flush();
    return { state: trainer.state(), effectiveTokens, ...summarise(history.lines()) };
  } finally {
    await trainer.release();
    await validator?.release();
  }
}

/** The figures of a run, from its whole history: what was trained before an interruption counts like the rest. */
function summarise(lines: readonly HistoryLine[]): Pick<RunResult, "trainingLoss" | "validationLoss"> {
  const last = lines.slice(-Math.ceil(lines.length / 10));
  const trainingLoss = last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
  return { trainingLoss, validationLoss: lines.findLast(({ validation }) => validation !== undefined)?.validation };
}

/** Loads the checkpoint, or the seeded start. */
async function begin({ config, seed }: RunOptions, trainer: Trainer, out: string) {
  const path = join(out, CHECKPOINT);
  const found = existsSync(path) ? loadState(path, config) : undefined;
  const step = Number(found?.metadata.step ?? 0);
  trainer.load(found?.state ?? initialState(config, seed));
  const history: History = await openHistory(join(out, "history.jsonl"), step);
  return { step, effectiveTokens: Number(found?.metadata.effectiveTokens ?? 0), history };
}

/** Whether the validation loss is measured after `done` of `steps` steps. */
function measuresAt(done: number, steps: number, times: number): boolean {
  return Math.floor((done * times) / steps) > Math.floor(((done - 1) * times) / steps);
}

/** Mean loss on fixed windows, evenly spread over the split. */
function validate(
  { config, direction, batch, validationWindows, endOfText, seed }: RunOptions,
  stream: Stream,
  threads: number,
) {
  const windows = windowCount(stream, config.context);
  const count = Math.min(windows, validationWindows);
  const chosen = Uint32Array.from({ length: count }, (_, index) => Math.floor((index * windows) / count));
  const { tokens, targets } = batchOf(stream, config.context, chosen);
  const parameters = initialState(config, seed).parameters;
  const reader: LossReader = lossReader({ config, direction, parameters }, endOfText, {
    threads,
    batch: Math.min(batch, count),
  });
  return {
    async measure(current: Parameters) {
      reader.load(current);
      const losses = await reader.windows(tokens, targets);
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    },
    release: () => reader.release(),
  };
}

function diverged(step: number, lr: number, loss: number, gradientNorm: number): UserError {
  return new UserError(
    `Training diverged: step ${grouped(step)} has loss ${loss} and gradient norm ${gradientNorm} at learning rate ${lr.toPrecision(3)}. Give a lower --lr or a longer --warmup-share.`,
  );
}

/** Says "loss 4.31, 31k tokens/s" at most ten times a second, and nothing in between. */
function rateMeter(tokensPerStep: number) {
  let since = performance.now();
  let tokens = 0;
  return (loss: number): string | undefined => {
    tokens += tokensPerStep;
    const seconds = (performance.now() - since) / 1000;
    if (seconds < 0.1) return undefined;
    const tokensPerSecond = tokens / seconds;
    since = performance.now();
    tokens = 0;
    return `loss ${loss.toFixed(2)}, ${(tokensPerSecond / 1000).toFixed(1)}k tokens/s`;
  };
}
