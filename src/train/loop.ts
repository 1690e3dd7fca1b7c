/**
 * @file The training loop that pretraining and finetuning share: steps, history, measurements, checkpoints.
 *
 * Everything a run needs to go on is its step number and its state, because batch i follows from (seed, i). A checkpoint
 * is written every so many steps as one atomic file in the scratch; a run killed anywhere and started again ends with
 * the same bytes as one that was not. What the batches are, how the rate moves and what is measured is the caller's.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { grouped, UserError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import {
  type GptConfig,
  loadState,
  type Parameters,
  saveState,
  type Trainer,
  type TrainingBatch,
  type TrainingState,
} from "../nn/index.js";
import { type HistoryLine, openHistory } from "./history.js";

export interface LoopOptions {
  config: GptConfig;
  /** The state at step 0; not called when there is a checkpoint. */
  start: () => TrainingState;
  /** Steps in all, unless `stop` ends the run before. */
  steps: number;
  /** The batch of step 0, 1, ...; every batch has the shape the trainer was compiled for. */
  batchAt(step: number): TrainingBatch;
  /** Learning rate of step 0, 1, ... */
  lrAt(step: number): number;
  /** Steps between checkpoints. */
  checkpointEvery: number;
  /** What to measure after `done` steps, if anything; goes into the history. */
  measure?(done: number, parameters: () => Parameters): Promise<Measured | undefined>;
  /** Whether the run ends after a step; decided by its line of the history alone. */
  stop?(line: HistoryLine): boolean;
}

export type Measured = Pick<HistoryLine, "validation" | "evaluation">;

export interface RunContext {
  /** Folder for history.jsonl and the checkpoint; must exist. */
  out: string;
  progress?: Progress;
  threads?: number;
  /** Called after every step and its checkpoint; may throw to stop (tests interrupt runs with it). */
  afterStep?: (step: number) => void;
}

export interface LoopResult {
  state: TrainingState;
  /** One line per step, what was trained before an interruption included. */
  history: HistoryLine[];
}

/** A loss is no longer a number. */
export class DivergedError extends UserError {
  /** @param history - the steps before */
  constructor(
    step: number,
    lr: number,
    what: string,
    readonly history: readonly HistoryLine[],
  ) {
    super(
      `Training diverged: step ${grouped(step)} has ${what} at learning rate ${lr.toPrecision(3)}. Give a lower --lr (or, where there is one, a longer --warmup-share).`,
    );
  }
}

/** Scratch: the stage removes it at the end. */
const CHECKPOINT = ".checkpoint.safetensors";

/** Trains, from the checkpoint in `out` when there is one. @throws DivergedError */
export async function runLoop(options: LoopOptions, trainer: Trainer, context: RunContext): Promise<LoopResult> {
  const { config, steps } = options;
  const { out, progress = () => {}, afterStep = () => {} } = context;
  const path = join(out, CHECKPOINT);
  const found = existsSync(path) ? loadState(path, config) : undefined;
  trainer.load(found?.state ?? options.start());
  const first = Number(found?.metadata.step ?? 0);
  const history = await openHistory(join(out, "history.jsonl"), first);
  let effectiveTokens = Number(found?.metadata.effectiveTokens ?? 0);
  const rate = rateMeter();
  const diverged = (step: number, lr: number, what: string) => {
    history.flush();
    return new DivergedError(step, lr, what, history.lines());
  };
  for (let step = first; step < steps; step++) {
    const batch = options.batchAt(step);
    const lr = options.lrAt(step);
    const { loss, gradientNorm } = await trainer.step(batch, step + 1, lr);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw diverged(step + 1, lr, `loss ${loss} and gradient norm ${gradientNorm}`);
    }
    const done = step + 1;
    const rawTokens = done * batch.tokens.length;
    effectiveTokens += batch.lossMask.reduce((sum, counts) => sum + counts, 0);
    const measured = await options.measure?.(done, () => trainer.state().parameters);
    const lost = Object.entries(measured?.evaluation ?? {}).find(([, value]) => !Number.isFinite(value));
    if (lost) throw diverged(done, lr, `a measured ${lost[0]} of ${lost[1]}`);
    const line = { step: done, loss, lr, rawTokens, effectiveTokens, ...measured };
    history.add(line);
    const isLast = done === steps || (options.stop?.(line) ?? false);
    if (done % options.checkpointEvery === 0 && !isLast) {
      history.flush();
      const metadata = { step: String(done), effectiveTokens: String(effectiveTokens) };
      await saveState(path, config, trainer.state(), metadata);
    }
    const detail = rate(batch.tokens.length, loss);
    if (detail || isLast) progress({ done: rawTokens, total: steps * batch.tokens.length, unit: "tokens", detail });
    afterStep(done);
    if (isLast) break;
  }
  history.flush();
  return { state: trainer.state(), history: history.lines() };
}

/** Mean loss of the last tenth of the steps. */
export function lateLoss(history: readonly HistoryLine[]): number {
  const last = history.slice(-Math.ceil(history.length / 10));
  return last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
}

/** Says "loss 4.31, 31k tokens/s" at most ten times a second, and nothing in between. */
function rateMeter() {
  let since = performance.now();
  let tokens = 0;
  return (more: number, loss: number): string | undefined => {
    tokens += more;
    const seconds = (performance.now() - since) / 1000;
    if (seconds < 0.1) return undefined;
    const tokensPerSecond = tokens / seconds;
    since = performance.now();
    tokens = 0;
    return `loss ${loss.toFixed(2)}, ${(tokensPerSecond / 1000).toFixed(1)}k tokens/s`;
  };
}
