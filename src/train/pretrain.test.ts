import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { GptConfig } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import type { RunContext } from "./loop.js";
import { planTraining } from "./plan.js";
import { type RunOptions, train } from "./pretrain.js";
import { END, SPECIALS, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";

const config = GptConfig.parse({ vocabulary: SPECIALS.vocabularySize, width: 8, layers: 1, heads: 1, context: 16 });
const raw = syntheticStream(syntheticCorpus(), "none");
const plan = planTraining(raw, raw, undefined, { context: 16, batch: 4, seed: 1, steps: 24, tokens: 0, budget: "raw" });
const options: RunOptions = {
  ...{ config, direction: "forward", plan, validation: raw, batch: 4, microBatches: 1, weightDecay: 0.1, seed: 1 },
  ...{ checkpointEvery: 5, validations: 3, validationWindows: 6, endOfText: END },
  schedule: { peak: 0.01, steps: 24 },
};
const run = (context: Partial<RunContext> & { out: string }, more: Partial<RunOptions> = {}) =>
  train({ ...options, ...more }, context);
const historyOf = (folder: string) => readFileSync(join(folder, "history.jsonl"), "utf8");

describe("a run", () => {
  it("interrupted anywhere and started again ends with the same bits and the same history", async () => {
    const whole = temporaryFolder();
    const expected = await run({ out: whole });
    // Before the first checkpoint, right after one, and between two: 12 of 24 steps.
    for (const stop of [3, 10, 12]) {
      const out = temporaryFolder();
      const interrupt = (step: number) => {
        if (step === stop) throw new Error("interrupted");
      };
      await expect(run({ out, afterStep: interrupt })).rejects.toThrow("interrupted");
      expect(existsSync(join(out, ".checkpoint.safetensors"))).toBe(stop > 5);
      expect(await run({ out })).toEqual(expected);
      expect(historyOf(out)).toBe(historyOf(whole));
    }
  });

  it("learns, and writes down loss, learning rate, tokens and validation losses", async () => {
    const out = temporaryFolder();
    const result = await run({ out });
    const lines = historyOf(out)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(lines[0].loss).toBeGreaterThan(lines[23].loss + 0.1);
    expect(lines[23]).toMatchObject({ rawTokens: 24 * 64, effectiveTokens: 24 * 64 });
    expect(lines.filter(({ validation }) => validation !== undefined).map(({ step }) => step)).toEqual([8, 16, 24]);
    expect(result.validationLoss).toBe(lines[23].validation);
  });

  it("reports what it has done", async () => {
    const seen: number[] = [];
    await run({ out: temporaryFolder(), progress: ({ done }) => seen.push(done) });
    expect(seen.at(-1)).toBe(24 * 64);
  });

  it("stops with the step and the learning rate when the loss is no longer a number", async () => {
    const attempt = run({ out: temporaryFolder() }, { schedule: { peak: 1e30, steps: 24, warmupShare: 0 } });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(/step \d+ has loss .* and gradient norm .* at learning rate/);
  });
});
