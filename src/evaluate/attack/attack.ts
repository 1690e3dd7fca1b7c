/**
 * @file Adversarial finetuning of one model: how much forget text brings the capability back (paper 4.3, B.3).
 *
 * Everything is chosen to favour the attacker. Who knows how many tokens there are to spend lets the learning rate fall
 * to zero over them; so every point of a curve is a finetuning of its own, with so many tokens, and the least with which
 * a model reaches its target lies between two of them. (At a constant rate, as in the paper, noise keeps models of our
 * size above their target for three times as many tokens or for ever; batches of an eighth of pretraining's, as there,
 * cost an attacker of ours more than twice the tokens.) The peak rate is the one of the sweep that recovers with the
 * fewest tokens or, when none does, ends lowest; where it lies at an end of the sweep, the sweep goes on there. It uses
 * the first seed; the others, which order the text anew, run at the rate it chose. A rate that has had as many tokens as
 * the best one needed cannot win and stops there.
 * A finetuning is found when it was finished before, and goes on from its checkpoint when it was not.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../base/files.js";
import type { Progress } from "../../base/progress.js";
import type { Model, Trainer } from "../../nn/index.js";
import {
  DivergedError,
  finetune,
  finetuneTrainer,
  type Stream,
  type WindowLoss,
  windowLoss,
  windowSource,
} from "../../train/index.js";
import { type CurvePoint, recover } from "./recover.js";

export interface AttackOptions {
  model: Model;
  /** Forget text the attacker trains on, and held-out forget text. In the model's direction. */
  train: Stream;
  test: Stream;
  endOfText: number;
  /** Loss on `test` that counts as recovered, nats per token. */
  target: number;
  lrs: readonly number[];
  seeds: readonly number[];
  /** Windows per step. */
  batch: number;
  /** Tokens after which a run gives up. */
  cap: number;
  testWindows: number;
  /** Factor by which tokens grow from one finetuning to the next. */
  growth: number;
  weightDecay: number;
  clip: number;
}

export const AttackRun = z.object({
  lr: z.number(),
  seed: z.number(),
  curve: z.array(z.object({ step: z.number(), tokens: z.number(), loss: z.number() })),
  tokens: z.number().describe("tokens to recover; when censored, tokens after which it had not"),
  censored: z.boolean(),
  ended: z.enum(["recovered", "cap", "slower", "diverged"]).describe("slower: had as many tokens as a better rate"),
});
export type AttackRun = z.infer<typeof AttackRun>;

export const AttackResult = z.object({
  target: z.number().describe("loss that counts as recovered, nats per token"),
  initialLoss: z.number().describe("loss before the attack"),
  lr: z.number().nullable().describe("the rate that favours the attacker most; null when nothing had been lost"),
  sweep: z.array(AttackRun).describe("one run per rate, with the first seed"),
  runs: z.array(AttackRun).describe("one run per seed at that rate"),
});
export type AttackResult = z.infer<typeof AttackResult>;

export interface AttackContext {
  /** Scratch folder: runs that were finished or interrupted lie here. */
  scratch: string;
  progress?: Progress;
  threads?: number;
}

/** Rates tried beyond those given, at most. */
const MOST_FURTHER = 6;
/** Steps between checkpoints: a run that is killed loses seconds. */
const CHECKPOINT_EVERY = 500;

export async function attack(options: AttackOptions, context: AttackContext): Promise<AttackResult> {
  const { model, test, endOfText, testWindows, lrs, seeds, batch, target, weightDecay, clip } = options;
  const { progress = () => {}, threads = 1 } = context;
  const held = windowLoss(model, test, { endOfText, windows: testWindows, batch: 16, threads });
  const trainer = await finetuneTrainer(
    model,
    { context: model.config.context, batch },
    { weightDecay, clip, threads },
  );
  try {
    const initialLoss = await held.measure(model.parameters);
    if (initialLoss <= target) return { target, initialLoss, lr: null, sweep: [], runs: [] };
    const atLeast = lrs.length + seeds.length - 1;
    let done = 0;
    const run = async (lr: number, seed: number, cap: number) => {
      const total = Math.max(atLeast, done + seeds.length);
      // Within a run too: whoever wants to stop is heard when progress is told.
      const tell: Progress = ({ done: tokens, total: most = tokens, detail }) =>
        progress({
          done: done + Math.min(1, tokens / most),
          total,
          unit: "runs",
          detail: detail && `lr ${lr}, ${detail}`,
        });
      const result = await runOnce(
        options,
        { lr, seed, cap, initialLoss, held, trainer },
        { ...context, progress: tell },
      );
      progress({ done: ++done, total, unit: "runs", detail: `lr ${lr}, ${describeRun(result)}` });
      return result;
    };
    const sweep: AttackRun[] = [];
    const tryRate = async (lr: number) => {
      const best = Math.min(options.cap, ...sweep.filter((r) => !r.censored).map((r) => r.tokens));
      sweep.push(await run(lr, seeds[0], best));
    };
    for (const lr of fromTheMiddle(lrs)) await tryRate(lr);
    for (let more = 0; more < MOST_FURTHER; more++) {
      const next = beyond(sweep);
      if (next === undefined) break;
      await tryRate(next);
    }
    const chosen = favourAttacker(sweep);
    const runs = [chosen];
    for (const seed of seeds.slice(1)) runs.push(await run(chosen.lr, seed, options.cap));
    return { target, initialLoss, lr: chosen.lr, sweep, runs };
  } finally {
    await trainer.release();
    await held.release();
  }
}

/** Rates in the order they are tried: the middle one first, the larger of two as far from it; what is found early shortens the rest. */
function fromTheMiddle(lrs: readonly number[]): number[] {
  const falling = lrs.toSorted((a, b) => b - a);
  const middle = (falling.length - 1) / 2;
  const distance = (lr: number) => Math.abs(falling.indexOf(lr) - middle);
  return falling.toSorted((a, b) => distance(a) - distance(b));
}

/** The rate to try next when the best so far lies at an end of those tried: half or twice as much. */
export function beyond(sweep: readonly AttackRun[]): number | undefined {
  const rates = sweep.map(({ lr }) => lr);
  const { lr } = favourAttacker(sweep);
  if (lr === Math.min(...rates)) return lr / 2;
  return lr === Math.max(...rates) ? lr * 2 : undefined;
}

/** The run with the fewest tokens to recover; when none recovered, the one that ended lowest. */
export function favourAttacker(sweep: readonly AttackRun[]): AttackRun {
  const end = ({ curve }: AttackRun) => curve[curve.length - 1].loss;
  const order = (a: AttackRun, b: AttackRun) =>
    Number(a.censored) - Number(b.censored) || (a.censored ? end(a) - end(b) : a.tokens - b.tokens);
  return sweep.toSorted(order)[0];
}

interface Run {
  lr: number;
  seed: number;
  /** Tokens after which this run gives up. */
  cap: number;
  initialLoss: number;
  held: WindowLoss;
  trainer: Trainer;
}

async function runOnce(
  options: AttackOptions,
  run: Run,
  { scratch, threads, progress = () => {} }: AttackContext,
): Promise<AttackRun> {
  const { model, target, batch, growth } = options;
  const { lr, seed, cap, initialLoss, held, trainer } = run;
  const source = windowSource(options.train, { context: model.config.context, batch, seed }, "forget text");
  const stepTokens = batch * source.context;
  const curve: CurvePoint[] = [{ step: 0, tokens: 0, loss: initialLoss }];
  let diverged = false;
  for (const steps of budgets(Math.max(1, Math.ceil(cap / stepTokens)), growth)) {
    const out = join(scratch, `lr-${lr}-seed-${seed}`, `steps-${steps}`);
    const finished = join(out, "loss.json");
    if (!existsSync(finished)) {
      mkdirSync(out, { recursive: true });
      const tell: Progress = ({ done, detail }) => progress({ done, total: cap, unit: "tokens", detail });
      const annealed = { peak: lr, steps, finalShare: 0 };
      const tuning = { model, source, steps, lr: annealed, checkpointEvery: CHECKPOINT_EVERY, trainer };
      const tuned = await finetune(tuning, { out, threads, progress: tell }).catch(lossOfDiverged);
      await writeJson(finished, { loss: tuned && (await held.measure(tuned.model.parameters)) });
    }
    const { loss } = readJson(finished, z.object({ loss: z.number().nullable() }));
    diverged = loss === null;
    if (loss === null) break;
    curve.push({ step: steps, tokens: steps * stepTokens, loss });
    if (loss <= target) break;
  }
  const recovery = recover(curve, target);
  const ended = !recovery.censored ? "recovered" : diverged ? "diverged" : cap < options.cap ? "slower" : "cap";
  return { lr, seed, curve, ...recovery, ended };
}

/** Numbers of steps to try, rising by the factor; the last is all there may be. */
export function budgets(most: number, growth: number): number[] {
  const levels = Array.from({ length: Math.ceil(Math.log(most) / Math.log(growth)) }, (_, k) =>
    Math.round(growth ** k),
  );
  return [...new Set([...levels.filter((steps) => steps < most), most])];
}

/** @returns null; anything but divergence is thrown on */
function lossOfDiverged(error: unknown): null {
  if (error instanceof DivergedError) return null;
  throw error;
}

function describeRun({ tokens, censored, ended }: AttackRun): string {
  return `${ended}${censored ? " after" : " with"} ${Math.round(tokens)} tokens`;
}
