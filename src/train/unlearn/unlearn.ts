/**
 * @file Unlearning within a retain budget: the strongest setting that leaves the rest of the model nearly as it was.
 *
 * A method has no natural end: it forgets more the longer and the harder it is run, and at some point everything goes.
 * So each learning rate is run once, held-out loss on forget and retain text is measured along the way, and of all
 * points whose retain loss has risen by no more than the budget the one with the highest forget loss is chosen. No run
 * is given up on the way: circuit breakers hold the rest of the model only later, and may come back within the budget. The
 * model there is made by running that rate again up to that step: same seeds, same bytes. Training text and the text
 * that is measured on come from different splits, and neither is what attacks are measured on.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Progress } from "../../base/progress.js";
import type { AdamWOptions, Model, Parameters, Trainer } from "../../nn/index.js";
import type { Stream } from "../batches.js";
import { finetune } from "../finetune.js";
import type { HistoryLine } from "../history.js";
import { DivergedError } from "../loop.js";
import { type BatchSource, windowSource } from "../sources.js";
import { windowLoss } from "../window-loss.js";
import type { UnlearningObjective } from "./objective.js";
import { compileUnlearner, pairedSource } from "./unlearner.js";

export interface UnlearnOptions {
  model: Model;
  objective: UnlearningObjective;
  /** Text to train on, in the model's direction. */
  train: { forget: Stream; retain: Stream };
  /** Text to choose on. */
  held: { forget: Stream; retain: Stream };
  endOfText: number;
  lrs: readonly number[];
  /** Steps of each run. */
  steps: number;
  /** Windows of each kind per step. */
  batch: number;
  /** Steps between measurements. */
  evaluateEvery: number;
  /** Windows of each kind that are measured on. */
  windows: number;
  /** Most that the held-out retain loss may rise, nats per token. */
  retainBudget: number;
  /** Of the order of the text. */
  seed: number;
  optimizer?: AdamWOptions;
}

const Point = z.object({
  step: z.number(),
  forget: z.number().describe("held-out loss, nats per token"),
  retain: z.number(),
});
export type UnlearnPoint = z.infer<typeof Point>;

export const UnlearnResult = z.object({
  before: Point.describe("the model as it was given"),
  settings: z.array(
    z.object({
      lr: z.number(),
      points: z.array(Point),
      ended: z.enum(["steps", "diverged"]),
    }),
  ),
  chosen: Point.extend({ lr: z.number() })
    .nullable()
    .describe("null: no setting within the budget forgets anything, the model stays as it was"),
});
export type UnlearnResult = z.infer<typeof UnlearnResult>;

export interface UnlearnContext {
  /** Scratch folder: runs that were interrupted lie here. */
  scratch: string;
  progress?: Progress;
  threads?: number;
}

const CHECKPOINT_EVERY = 100;

/** Runs every rate, chooses, and returns the model chosen (the one given when nothing is). */
export async function unlearn(
  options: UnlearnOptions,
  context: UnlearnContext,
): Promise<{ result: UnlearnResult; model: Model }> {
  const { model, objective, train, held, endOfText, batch, steps, windows, seed, optimizer } = options;
  const { progress = () => {}, threads = 1 } = context;
  const source = pairedSource(
    windowSource(train.forget, { context: model.config.context, batch, seed }, "forget text"),
    windowSource(train.retain, { context: model.config.context, batch, seed }, "retain text"),
  );
  const measure = await openMeasure({ model, held, endOfText, windows, threads });
  const trainer = await compileUnlearner(model.config, model.parameters, objective, {
    ...{ ...optimizer, batch, steps, threads },
  });
  try {
    const before = { step: 0, ...(await measure.measure(model.parameters)) };
    const settings: UnlearnResult["settings"] = [];
    for (const [index, lr] of options.lrs.entries()) {
      const tell: Progress = ({ done, total, detail }) =>
        progress({
          done: index * (total ?? 0) + done,
          total: options.lrs.length * (total ?? 0),
          unit: "tokens",
          detail,
        });
      settings.push(await runSetting(options, { lr, source, trainer, measure: measure.measure }, context, tell));
    }
    const chosen = chooseSetting(before, settings, options.retainBudget);
    const result = { before, settings, chosen };
    if (!chosen) return { result, model };
    const out = join(context.scratch, "chosen");
    mkdirSync(out, { recursive: true });
    const { lr, step } = chosen;
    const again = { model, source, trainer, lr, steps: step, checkpointEvery: CHECKPOINT_EVERY };
    return { result, model: (await finetune(again, { out, threads })).model };
  } finally {
    await trainer.release();
    await measure.release();
  }
}

/** Of the points within the budget, the one that forgets most; null when none forgets more than the model did before. */
export function chooseSetting(
  before: UnlearnPoint,
  settings: UnlearnResult["settings"],
  budget: number,
): UnlearnResult["chosen"] {
  const points = settings.flatMap(({ lr, points }) => points.map((point) => ({ ...point, lr })));
  const allowed = points.filter(({ retain, forget }) => retain <= before.retain + budget && forget > before.forget);
  return allowed.reduce<UnlearnResult["chosen"]>(
    (best, point) => (best && best.forget >= point.forget ? best : point),
    null,
  );
}

type Measure = (parameters: Parameters) => Promise<{ forget: number; retain: number }>;

interface Setting {
  lr: number;
  source: BatchSource;
  trainer: Trainer;
  measure: Measure;
}

async function runSetting(
  { model, steps, evaluateEvery }: UnlearnOptions,
  { lr, source, trainer, measure }: Setting,
  { scratch, threads }: UnlearnContext,
  progress: Progress,
): Promise<UnlearnResult["settings"][number]> {
  const out = join(scratch, `lr-${lr}`);
  mkdirSync(out, { recursive: true });
  const evaluation = { isDue: (done: number) => done % evaluateEvery === 0 || done === steps, measure };
  const tuning = { model, source, steps, lr, trainer, evaluation, checkpointEvery: CHECKPOINT_EVERY };
  const pointsOf = (history: readonly HistoryLine[]) =>
    history.flatMap(({ step, evaluation }) => (evaluation ? [Point.parse({ step, ...evaluation })] : []));
  try {
    const { history } = await finetune(tuning, { out, threads, progress });
    return { lr, points: pointsOf(history), ended: "steps" };
  } catch (error) {
    if (error instanceof DivergedError) return { lr, points: pointsOf(error.history), ended: "diverged" };
    throw error;
  }
}

/** Held-out losses of both kinds of text. */
async function openMeasure({
  model,
  held,
  ...options
}: Pick<UnlearnOptions, "model" | "held" | "endOfText" | "windows"> & { threads: number }) {
  const [forget, retain] = [held.forget, held.retain].map((stream) =>
    windowLoss(model, stream, { ...options, batch: 16 }),
  );
  return {
    measure: async (parameters: Parameters) => ({
      forget: await forget.measure(parameters),
      retain: await retain.measure(parameters),
    }),
    release: async () => {
      await forget.release();
      await retain.release();
    },
  };
}
