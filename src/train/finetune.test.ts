import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GptConfig, initialise, type Model } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { type FinetuneOptions, finetune, finetuneTrainer } from "./finetune.js";
import type { RunContext } from "./loop.js";
import { exampleSource, windowSource } from "./sources.js";
import { END, SPECIALS, syntheticCorpus, syntheticStream } from "./testing/synthetic.js";
import { windowLoss } from "./window-loss.js";

const config = GptConfig.parse({ vocabulary: SPECIALS.vocabularySize, width: 8, layers: 1, heads: 1, context: 16 });
const model: Model = { config, direction: "forward", parameters: initialise(config, 5) };
const stream = syntheticStream(syntheticCorpus(), "none");
const source = windowSource(stream, { context: 16, batch: 4, seed: 2 }, "text");
const options: FinetuneOptions = { model, source, steps: 12, lr: 0.01, checkpointEvery: 5 };
const run = (more: Partial<FinetuneOptions> = {}, context: Partial<RunContext> = {}) =>
  finetune({ ...options, ...more }, { out: temporaryFolder(), ...context });
const historyOf = (folder: string) => readFileSync(join(folder, "history.jsonl"), "utf8");

describe("finetuning", () => {
  it("interrupted anywhere and started again ends with the same bits and the same history", async () => {
    const evaluation = {
      isDue: (done: number) => done % 4 === 0,
      measure: async ({ "model.norm.weight": gain }: Model["parameters"]) => ({ gain: gain[0] }),
    };
    const whole = temporaryFolder();
    const expected = await run({ evaluation }, { out: whole });
    expect(expected.history.filter((line) => line.evaluation !== undefined)).toHaveLength(3);
    for (const stop of [3, 5, 8]) {
      const out = temporaryFolder();
      const afterStep = (step: number) => {
        if (step === stop) throw new Error("interrupted");
      };
      await expect(run({ evaluation }, { out, afterStep })).rejects.toThrow("interrupted");
      expect(existsSync(join(out, ".checkpoint.safetensors"))).toBe(stop >= 5);
      expect(await run({ evaluation }, { out })).toEqual(expected);
      expect(historyOf(out)).toBe(historyOf(whole));
    }
  });

  it("starts from the model's weights with a fresh optimizer, and leaves the model alone", async () => {
    const before = structuredClone(model.parameters);
    const still = await run({ lr: 0, steps: 2 });
    expect(still.model.parameters).toEqual(before);
    const moved = await run({ steps: 2 });
    expect(moved.model.parameters).not.toEqual(before);
    expect(model.parameters).toEqual(before);
  });

  it("lowers the loss of the text it trains on, at a constant rate or on a schedule", async () => {
    const measure = windowLoss(model, stream, { endOfText: END, windows: 8, batch: 4 });
    const before = await measure.measure(model.parameters);
    for (const lr of [0.01, { peak: 0.01, steps: 12 }]) {
      const { model: after, history } = await run({ lr });
      expect(await measure.measure(after.parameters)).toBeLessThan(before - 0.1);
      expect(new Set(history.map((line) => line.lr)).size).toBe(typeof lr === "number" ? 1 : 12);
    }
    await measure.release();
  });

  it("learns nothing from what the loss mask leaves out", async () => {
    const answer = (id: number) => [{ tokens: [97, 98, id], lossMask: [1, 1, 0] }];
    const train = (id: number) => {
      const examples = exampleSource(answer(id), { context: 4, batch: 2, seed: 1 }, SPECIALS.specials.pad);
      return run({ source: examples, steps: 3 });
    };
    const [one, other] = [await train(99), await train(100)];
    expect(one.model.parameters).toEqual(other.model.parameters);
    expect(one.history.at(-1)).toMatchObject({ rawTokens: 3 * 8, effectiveTokens: 3 * 2 });
  });

  it("ends where it is told to, and says what it had done", async () => {
    const { history } = await run({ stop: ({ step }) => step === 7 });
    expect(history).toHaveLength(7);
  });

  it("gives the same with a trainer compiled before, whatever it trained last", async () => {
    const trainer = await finetuneTrainer(model, source);
    await run({ trainer, lr: 0.02 });
    expect(await run({ trainer })).toEqual(await run());
    await trainer.release();
  });
});
