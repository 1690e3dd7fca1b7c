/**
 * @file How far a study is: the estimate of time left, from the steps' rough costs and how they turned out.
 *
 * Each step comes with a guess in core-seconds. The guesses of steps not yet started are scaled by how long the
 * finished and running ones took against theirs; the live steps' own progress counts in proportion.
 */
import type { ProgressUpdate } from "../base/progress.js";
import type { StepEvent, StepSpec } from "./steps.js";

interface Running {
  step: StepSpec;
  since: number;
  /** Progress when it was first heard of: a resumed step starts above zero. */
  first?: ProgressUpdate;
  update?: ProgressUpdate;
}

export interface Tracker {
  on(event: StepEvent): void;
  /** Steps running now, longest first. */
  running(): readonly Running[];
  /** Seconds left, or undefined before anything is known. */
  secondsLeft(): number | undefined;
  /** Wall seconds of every step that was run now, by id. */
  timings(): Record<string, number>;
}

/** @param plan - every step of the study with its guess; @param now - seconds, for tests */
export function tracker(plan: readonly StepSpec[], workers: number, now = () => performance.now() / 1000): Tracker {
  const waiting = new Map(plan.map((step) => [step.id, step.seconds]));
  const running = new Map<string, Running>();
  const timings: Record<string, number> = {};
  let [guessed, took] = [0, 0];
  return {
    on(event) {
      const { id, seconds } = event.step;
      if (event.type === "started") {
        waiting.delete(id);
        running.set(id, { step: event.step, since: now() });
      } else if (event.type === "progress") {
        const entry = running.get(id);
        if (entry) Object.assign(entry, { first: entry.first ?? event.update, update: event.update });
      } else {
        const entry = running.get(id);
        if (entry && !event.found) {
          timings[id] = now() - entry.since;
          guessed += seconds;
          took += timings[id];
        }
        waiting.delete(id);
        running.delete(id);
      }
    },
    running: () => [...running.values()].sort((a, b) => a.since - b.since),
    timings: () => timings,
    secondsLeft() {
      const live = [...running.values()].map((entry) => remaining(entry, now()));
      const known = live.filter((entry) => entry.total !== undefined);
      const allGuessed = guessed + known.reduce((sum, entry) => sum + entry.guess, 0);
      const allTook = took + known.reduce((sum, entry) => sum + entry.total!, 0);
      if (allGuessed === 0) return undefined;
      const factor = allTook / allGuessed;
      const left = live.map((entry) => entry.left ?? entry.guess * factor);
      const queue = [...waiting.values()].reduce((sum, seconds) => sum + seconds * factor, 0);
      return Math.max((left.reduce((sum, seconds) => sum + seconds, 0) + queue) / workers, ...left, 0);
    },
  };
}

/** What one running step still needs, from its own rate. */
function remaining({ step, since, first, update }: Running, now: number) {
  const elapsed = now - since;
  if (!first || !update?.total || update.done <= first.done || elapsed < 1) return { guess: step.seconds };
  const rate = (update.done - first.done) / elapsed;
  const left = (update.total - update.done) / rate;
  return { guess: step.seconds, left, total: elapsed + left };
}
