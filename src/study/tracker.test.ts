import { describe, expect, it } from "vitest";
import type { StepSpec } from "./steps.js";
import { tracker } from "./tracker.js";

const step = (id: string, seconds: number): StepSpec => ({ id, stage: "pretrain", options: {}, seconds, priority: 0 });

describe("tracker", () => {
  it("scales the guesses of waiting steps by how long the others took", () => {
    const [first, second] = [step("first", 10), step("second", 30)];
    let now = 0;
    const study = tracker([first, second], 1, () => now);
    expect(study.secondsLeft()).toBeUndefined();
    study.on({ type: "started", step: first });
    now = 20;
    study.on({ type: "finished", step: first, artifact: {} as never, found: false });
    expect(study.secondsLeft()).toBeCloseTo(60);
    expect(study.timings()).toEqual({ first: 20 });
  });

  it("counts a running step by its own rate since it was resumed", () => {
    const only = step("only", 1);
    let now = 0;
    const study = tracker([only], 2, () => now);
    study.on({ type: "started", step: only });
    study.on({ type: "progress", step: only, update: { done: 50, total: 100, unit: "steps" } });
    now = 10;
    study.on({ type: "progress", step: only, update: { done: 60, total: 100, unit: "steps" } });
    expect(study.secondsLeft()).toBeCloseTo(40);
  });

  it("does not learn speed from a step that was only found", () => {
    const [found, waiting] = [step("found", 10), step("waiting", 10)];
    const study = tracker([found, waiting], 1, () => 0);
    study.on({ type: "finished", step: found, artifact: {} as never, found: true });
    expect(study.secondsLeft()).toBeUndefined();
  });
});
