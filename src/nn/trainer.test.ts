import { describe, expect, it } from "vitest";
import { compile, spec } from "../tensor/index.js";
import { ADAMW, adamW, hyperparameters } from "./adamw.js";
import { GptConfig, gptShapes } from "./config.js";
import { parameterRules } from "./init.js";
import { referenceLoss, syntheticParameters, syntheticValues, toSingle } from "./testing/reference.js";
import { compileTrainer, type TrainerOptions, type TrainingBatch } from "./trainer.js";

const config = GptConfig.parse({ vocabulary: 13, width: 8, layers: 1, heads: 2, context: 5, baseWidth: 4 });
const values = syntheticParameters(gptShapes(config));
const BATCH = 4;
const size = BATCH * config.context;
const ids = (seed: number) => Int32Array.from(syntheticValues(size, seed), (v) => Math.floor(((v + 1) / 2) * 13));
// The counts differ between micro-batches; the last sequence counts nothing at all.
const lossMask = Uint8Array.from({ length: size }, (_, i) => (i >= 15 || (i < 5 && i > 0) ? 0 : 1));
const batch: TrainingBatch = { tokens: ids(1), targets: ids(2), lossMask };

function startingState() {
  const zeros = () => Object.fromEntries(Object.entries(values).map(([name, v]) => [name, new Float32Array(v.length)]));
  return { parameters: toSingle(values), first: zeros(), second: zeros() };
}

async function run(options: Partial<TrainerOptions> = {}, data = batch, steps = 3) {
  const trainer = await compileTrainer(config, { batch: BATCH, ...options });
  trainer.load(startingState());
  const losses: number[] = [];
  for (let update = 1; update <= steps; update++) losses.push((await trainer.step(data, update, 0.01)).loss);
  const state = trainer.state();
  await trainer.release();
  return { losses, state };
}

const largestDifference = (a: Record<string, Float32Array>, b: Record<string, Float32Array>) =>
  Math.max(...Object.keys(a).flatMap((name) => [...a[name].map((value, i) => Math.abs(value - b[name][i]))]));

describe("the loss of a step", () => {
  it("is the mean over the counted targets of the whole batch", async () => {
    const { losses } = await run({}, batch, 1);
    expect(losses[0]).toBeCloseTo(referenceLoss(config, values, batch.tokens, batch.targets, lossMask), 5);
  });

  it.each([2, 4])("and the step are the same when the batch is cut into %i micro-batches", async (microBatches) => {
    const [whole, cut] = [await run(), await run({ microBatches })];
    cut.losses.forEach((loss, step) => {
      expect(Math.abs(loss - whole.losses[step])).toBeLessThan(1e-6);
    });
    expect(largestDifference(cut.state.first, whole.state.first)).toBeLessThan(1e-6);
    expect(largestDifference(cut.state.parameters, whole.state.parameters)).toBeLessThan(1e-5);
  });

  it("is 0, and teaches nothing, when no target counts", async () => {
    const nothing = { ...batch, lossMask: new Uint8Array(size) };
    const { losses, state } = await run({ weightDecay: 0 }, nothing, 1);
    expect(losses).toEqual([0]);
    expect(largestDifference(state.parameters, toSingle(values))).toBe(0);
  });
});

describe("AdamW", () => {
  const rules = parameterRules(config);
  const name = "model.layers.0.mlp.up_proj.weight";
  const small = {
    [name]: { ...rules[name], shape: [3] },
    "model.norm.weight": { ...rules["model.norm.weight"], shape: [2] },
  };

  it("takes the steps of its formulas in double precision: bias correction, clip, muP factor, decay but not on gains", async () => {
    const of = { [name]: spec([3]), "model.norm.weight": spec([2]) };
    const program = await compile(
      (parameters, first, second, gradients, hyper) =>
        adamW({ parameters, first, second }, gradients, hyper, small, ADAMW),
      [of, of, of, of, { stepSize: spec([]), epsilon: spec([]), decay: spec([]) }],
    );
    const start = { [name]: Float32Array.of(1, -2, 0.5), "model.norm.weight": Float32Array.of(1, 1.5) };
    const zero = () => ({ [name]: new Float32Array(3), "model.norm.weight": new Float32Array(2) });
    let state = { parameters: start, first: zero(), second: zero() };
    const expected: Record<string, { p: number; m: number; v: number }[]> = Object.fromEntries(
      Object.entries(start).map(([key, data]) => [key, Array.from(data, (p) => ({ p, m: 0, v: 0 }))]),
    );
    for (let update = 1; update <= 4; update++) {
      const lr = 0.1 / update;
      const gradients = {
        [name]: Float32Array.of(3, -0.5 * update, 0.01),
        "model.norm.weight": Float32Array.of(2, -1),
      };
      const result = await program.run(
        state.parameters,
        state.first,
        state.second,
        gradients,
        hyperparameters(update, lr),
      );
      state = result.state as typeof state;
      const norm = Math.hypot(...gradients[name], ...gradients["model.norm.weight"]);
      expect(result.gradientNorm[0]).toBeCloseTo(norm, 5);
      for (const [key, data] of Object.entries(gradients)) {
        const rate = lr * (key === name ? 1 / 2 : 1);
        data.forEach((gradient, i) => {
          const g = gradient * Math.min(1, 1 / norm);
          const at = expected[key][i];
          at.m = 0.9 * at.m + 0.1 * g;
          at.v = 0.95 * at.v + 0.05 * g * g;
          const step = at.m / (1 - 0.9 ** update) / (Math.sqrt(at.v / (1 - 0.95 ** update)) + 1e-8);
          at.p = at.p * (1 - (key === name ? rate * 0.1 : 0)) - rate * step;
          expect(state.parameters[key as typeof name][i]).toBeCloseTo(at.p, 5);
        });
      }
    }
    await program.release();
  });
});
