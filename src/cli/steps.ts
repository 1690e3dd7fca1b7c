/** @file Steps of a study on the terminal: a list of them, and what runs, how fast, how long still. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { writeJson } from "../base/files.js";
import type { PlannedStep, StepEvent, StepSpec } from "../study/steps.js";
import { type Tracker, tracker } from "../study/tracker.js";
import { clock, compact, type LiveLine, liveLine } from "./live.js";
import { numberOf } from "./options.js";

/** What every command that runs a graph of steps can be told. */
export interface StepFlags {
  workers: number;
  dryRun?: boolean;
  json?: boolean;
}

/** Adds those options. @param results - name of the file that `--json` prints */
export function addStepOptions(command: Command, results: string): Command {
  return command
    .option("--workers <number>", "steps that run at a time", numberOf, availableParallelism())
    .option("--dry-run", "list the steps and do nothing")
    .option("--json", `print ${results} to stdout at the end`);
}

/** Prints what would be run, and what is there already. */
export function listSteps(plan: readonly PlannedStep[]): void {
  for (const { id, stage, seconds, isFound } of plan)
    console.log(`${id.padEnd(32)} ${stage.padEnd(16)} ${isFound ? "found" : `~${clock(seconds)} on one core`}`);
  const left = plan.filter(({ isFound }) => !isFound);
  const seconds = left.reduce((sum, step) => sum + step.seconds, 0);
  console.log(
    `\n${plan.length} steps, ${plan.length - left.length} found; the others take about ${clock(seconds)} on one core. Nothing was done.`,
  );
}

/** Runs steps with a live line, and writes timings.json beside what they made. */
export async function showSteps<Result>(
  plan: readonly StepSpec[],
  { workers, out }: { workers: number; out: string },
  run: (onEvent: (event: StepEvent) => void) => Promise<Result>,
): Promise<{ result: Result; seconds: number }> {
  const live = liveLine();
  const track = tracker(plan, workers);
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  live.print(`${plan.length} steps into ${out}, ${workers} at a time. Interrupt at will; the same command goes on.`);
  const timer = setInterval(() => live.show(statusLine(track, elapsed())), 500);
  try {
    const result = await run((event) => onEvent(event, track, live, elapsed()));
    const seconds = elapsed();
    await writeJson(join(out, "timings.json"), { seconds, workers, steps: track.timings() });
    return { result, seconds };
  } finally {
    clearInterval(timer);
    live.clear();
  }
}

function onEvent(event: StepEvent, track: Tracker, live: LiveLine, elapsed: number): void {
  track.on(event);
  if (event.type !== "finished") return;
  const { step, artifact, found } = event;
  const note = headline(artifact.manifest.result);
  const took = found ? "found" : `${artifact.manifest.seconds.toFixed(1)} s`;
  live.print(`${clock(elapsed).padStart(6)}  ${step.id.padEnd(22)} ${took.padStart(8)}  ${note}`);
}

/** "38 % | 2:10 elapsed, about 4:02 left | train-mask-32x2 loss 5.41 | ..." */
function statusLine(track: Tracker, elapsed: number): string {
  const left = track.secondsLeft();
  const steps = track.running().map(({ step, since, first, update }) => {
    if (!update?.total || !first) return step.id;
    const seconds = performance.now() / 1000 - since;
    const rate = (update.done - first.done) / Math.max(seconds, 1e-3);
    const parts = [step.id, `${Math.floor((100 * update.done) / update.total)} %`, `${compact(rate)} ${update.unit}/s`];
    return [...parts, ...(update.detail ? [update.detail] : [])].join(" ");
  });
  return [
    `${clock(elapsed)} elapsed, ${left === undefined ? "estimating" : `about ${clock(left)}`} left`,
    ...steps,
  ].join(" | ");
}

/** The numbers of a step's result that fit a line: plain numbers at its top level, at most four. */
function headline(result: unknown): string {
  if (result === null || typeof result !== "object") return "";
  return Object.entries(result)
    .filter((entry): entry is [string, number] => typeof entry[1] === "number")
    .slice(0, 4)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? compact(value) : value.toPrecision(3)}`)
    .join(", ");
}
