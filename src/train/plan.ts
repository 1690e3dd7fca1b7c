/**
 * @file How long a run is, and which view each of its steps sees.
 *
 * A budget counts raw tokens by default (what is read costs compute, so arms cost the same), or effective tokens
 * (targets that count). Either way the number of steps is known before the first: the schedule needs it, and so does a
 * delayed start. Nothing here trains.
 */
import { firstFilteredStep, type Policy } from "../filter/index.js";
import type { TrainingBatch } from "../nn/index.js";
import { batchOf, checkStream, countedTargets, type Stream, windowCount, windowSampler } from "./batches.js";
import { type Masking, maskedBatchOf } from "./masking.js";

export interface PlanOptions {
  context: number;
  /** Sequences per step. */
  batch: number;
  seed: number;
  /** Exact number of steps; otherwise `tokens` decides. */
  steps?: number;
  /** Token budget. */
  tokens: number;
  budget: "raw" | "effective";
  /** Masks tokens that are to be told, instead of asking for the next one (encoders). */
  masking?: Masking;
}

/** A run, step by step. */
export interface Plan {
  steps: number;
  /** First step (0-based) that sees the filtered view. */
  firstFiltered: number;
  batchAt(step: number): TrainingBatch;
  /** Targets that count in a step. */
  effectiveTokensAt(step: number): number;
  /** Times the data is gone through in steps 0..step-1. */
  epochsAt(step: number): number;
}

/** One view: what its steps hold. */
interface Source {
  windows: number;
  batchAt(step: number): TrainingBatch;
  effectiveAt(step: number): number;
}

function sourceOf(stream: Stream, what: string, { context, batch, seed, masking }: PlanOptions): Source {
  checkStream(stream, context, what);
  const windows = windowCount(stream, context);
  const { windowsOf } = windowSampler(windows, batch, seed);
  if (masking) {
    const batchAt = (step: number) => maskedBatchOf(stream, context, windowsOf(step), masking, `step ${step}`);
    const effectiveAt = (step: number) => batchAt(step).lossMask.reduce((sum, counts) => sum + counts, 0);
    return { windows, batchAt, effectiveAt };
  }
  const counted = countedTargets(stream, context);
  return {
    windows,
    batchAt: (step) => batchOf(stream, context, windowsOf(step)),
    effectiveAt: (step) => windowsOf(step).reduce((sum, window) => sum + counted[window], 0),
  };
}

/** Plans a run over a raw stream and, from the policy's start on, a filtered one (the same object when nothing is filtered). */
export function planTraining(
  raw: Stream,
  filtered: Stream,
  policy: Pick<Policy, "startAt"> | undefined,
  options: PlanOptions,
): Plan {
  const { batch } = options;
  const everything = sourceOf(raw, "training split", options);
  const view = filtered === raw ? everything : sourceOf(filtered, "filtered training split", options);
  const startOf = (steps: number) => (policy ? firstFilteredStep(policy as Policy, steps) : 0);
  const steps = options.steps ?? stepsFor(options, startOf, everything.effectiveAt, view.effectiveAt);
  const firstFiltered = startOf(steps);
  const at = (step: number) => (step < firstFiltered ? everything : view);
  return {
    steps,
    firstFiltered,
    batchAt: (step) => at(step).batchAt(step),
    effectiveTokensAt: (step) => at(step).effectiveAt(step),
    epochsAt: (step) => {
      const before = Math.min(step, firstFiltered);
      return (before * batch) / everything.windows + ((step - before) * batch) / view.windows;
    },
  };
}

/** The fewest steps that reach the budget. */
function stepsFor(
  { context, batch, tokens, budget }: PlanOptions,
  startOf: (steps: number) => number,
  rawAt: (step: number) => number,
  filteredAt: (step: number) => number,
): number {
  const perStep = batch * context;
  const rawSteps = Math.max(1, Math.ceil(tokens / perStep));
  if (budget === "raw") return rawSteps;
  // Running sums, extended as needed: effective tokens of steps 0..n-1 under each view.
  const sums: [number[], number[]] = [[0], [0]];
  const upTo = (which: 0 | 1, steps: number) => {
    const sum = sums[which];
    while (sum.length <= steps) sum.push(sum[sum.length - 1] + (which === 0 ? rawAt : filteredAt)(sum.length - 1));
    return sum[steps];
  };
  for (let steps = rawSteps; ; steps++) {
    const start = startOf(steps);
    if (upTo(0, start) + upTo(1, steps) - upTo(1, start) >= tokens) return steps;
  }
}
