import { describe, expect, it } from "vitest";
import { GptConfig, gptShapes, hyperparameters, type Model, startingState, stateReader } from "../../nn/index.js";
import { referenceLoss, referenceStream, syntheticParameters, toSingle } from "../../nn/testing/reference.js";
import { compileLoop, loopWithJax } from "../../tensor/index.js";
import type { BatchSource } from "../sources.js";
import type { UnlearningObjective } from "./objective.js";
import { circuitBreaker, gradientAscent } from "./rivals.js";
import { middleBlock, mlpWeights, randomDirection, rmu } from "./rmu.js";
import { compileUnlearner, pairedSource, unlearningStep } from "./unlearner.js";

const config = GptConfig.parse({ vocabulary: 13, width: 8, layers: 2, heads: 2, context: 6, baseWidth: 4 });
const values = syntheticParameters(gptShapes(config));
const frozen = toSingle(values);
const BATCH = 2;
const options = { batch: BATCH, steps: 8 };

/** Ids 0-5 are the forget text, 6-12 the retain text. */
const source = (first: number, kinds: number): BatchSource => ({
  ...{ context: config.context, batch: BATCH, items: BATCH },
  batchAt: (step) => {
    const id = (i: number) => first + ((i * i + 3 * i + step) % kinds);
    const size = BATCH * config.context;
    return {
      tokens: Int32Array.from({ length: size }, (_, i) => id(i)),
      targets: Int32Array.from({ length: size }, (_, i) => id(i + 1)),
      lossMask: new Uint8Array(size).fill(1),
    };
  },
});
const [forget, retain] = [source(0, 6), source(6, 7)];
const pairs = pairedSource(forget, retain);

const methods: Record<string, UnlearningObjective> = {
  rmu: rmu(config, { coefficient: 20, alpha: 100, seed: 1 }),
  "circuit breaker": circuitBreaker(config, { alpha: 10 }),
  "gradient ascent": gradientAscent(config, { alpha: 1 }),
};

const train = async (objective: UnlearningObjective, steps: number, lr: number) => {
  const unlearner = await compileUnlearner(config, frozen, objective, options);
  unlearner.load(startingState(frozen));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await unlearner.step(pairs.batchAt(step), step + 1, lr)).loss);
  const { parameters } = unlearner.state();
  await unlearner.release();
  return { losses, parameters };
};

describe("an unlearning step", () => {
  it.each(Object.entries(methods))("of %s is what jax-js computes, in every output", async (_, objective) => {
    const { step, specs } = unlearningStep(config, objective, options);
    const runs = [await compileLoop(step, specs), await loopWithJax(step, specs)];
    const { tokens, targets, lossMask } = pairs.batchAt(0);
    // From weights that have moved: where nothing has, some gradients are zero but for rounding.
    const moved = toSingle(syntheticParameters(gptShapes(config), 8));
    const hyper = hyperparameters(1, 0.01);
    const batch = {
      tokens,
      targets,
      lossMask: Float32Array.from(lossMask),
      factors: objective.factors(3, 8),
      frozen,
      hyper,
    };
    const [native, oracle] = await Promise.all(
      runs.map(async (loop) => {
        loop.load(startingState(moved));
        const { loss, gradientNorm } = await loop.run(batch);
        const { first } = loop.state();
        await loop.release();
        return { loss: loss[0], gradientNorm: gradientNorm[0], first };
      }),
    );
    expect(Math.abs(native.loss - oracle.loss)).toBeLessThan(1e-5 * (1 + Math.abs(oracle.loss)));
    expect(native.gradientNorm / oracle.gradientNorm).toBeCloseTo(1, 5);
    const largest = (all: typeof native.first) => Math.max(...Object.values(all).flatMap((m) => [...m].map(Math.abs)));
    expect(largest(oracle.first)).toBeGreaterThan(1e-4);
    for (const name of Object.keys(frozen)) {
      native.first[name].forEach((value, i) => {
        expect(Math.abs(value - oracle.first[name][i])).toBeLessThan(1e-5 * largest(oracle.first));
      });
    }
  });

  it("of RMU has the published loss, by a double-precision model of plain loops", async () => {
    const { losses } = await train(methods.rmu, 1, 0);
    const u = [...randomDirection(8, 1)];
    const { tokens } = forget.batchAt(0);
    const states = [0, 1].flatMap((row) => referenceStream(config, values, tokens.subarray(6 * row, 6 * row + 6))[1]);
    const distances = states.map((h) => h.reduce((sum, value, i) => sum + (value - 20 * u[i]) ** 2, 0));
    // The retain loss is 0 before anything has moved.
    expect(losses[0] / (distances.reduce((a, b) => a + b) / 12)).toBeCloseTo(1, 5);
  });

  it("of circuit breakers starts at cosine 1, of gradient ascent at the difference of the losses", async () => {
    expect((await train(methods["circuit breaker"], 1, 0)).losses[0]).toBeCloseTo(10, 4);
    const mean = ({ batchAt }: BatchSource) => {
      const { tokens, targets, lossMask } = batchAt(0);
      return referenceLoss(config, values, tokens, targets, lossMask);
    };
    expect((await train(methods["gradient ascent"], 1, 0)).losses[0]).toBeCloseTo(mean(retain) - mean(forget), 4);
  });
});

describe("RMU", () => {
  it("moves the MLP weights of the middle block and the two before it, and no other bit", async () => {
    const changed = ({ parameters }: Awaited<ReturnType<typeof train>>) =>
      Object.keys(frozen).filter((name) => parameters[name].some((value, i) => value !== frozen[name][i]));
    expect(changed(await train(methods.rmu, 4, 0.01))).toEqual(mlpWeights(1));
    expect(changed(await train(methods["gradient ascent"], 4, 0.01))).toEqual(Object.keys(frozen));
    expect([1, 2, 3, 4, 5, 8].map((layers) => middleBlock({ layers }))).toEqual([1, 1, 2, 2, 3, 4]);
    const blocks = (layer: number) => mlpWeights(layer).map((name) => name.split(".").slice(2, 5).join("."));
    expect(blocks(2)).toEqual(["0.mlp.up_proj", "0.mlp.down_proj", "1.mlp.up_proj", "1.mlp.down_proj"]);
    expect(blocks(4).map((name) => Number(name[0]))).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("turns the states of forget text to its direction and leaves those of retain text", async () => {
    const { parameters } = await train(rmu(config, { coefficient: 20, alpha: 100, seed: 1 }), 60, 0.01);
    const direction = randomDirection(8, 1);
    const statesOf = async (weights: Model["parameters"], { batchAt }: BatchSource) => {
      const reader = stateReader({ config, direction: "forward", parameters: weights }, 0, { layers: [1] });
      const documents = [0, 1].map((row) => Uint32Array.from(batchAt(0).tokens.subarray(6 * row, 6 * row + 6)));
      const states: number[] = [];
      for await (const read of reader.read(documents)) states.push(...read.states[0]);
      await reader.release();
      return states;
    };
    const cosine = (states: number[]) => {
      const rows = Array.from({ length: states.length / 8 }, (_, t) => states.slice(8 * t, 8 * t + 8));
      const each = rows.map((h) => h.reduce((sum, value, i) => sum + value * direction[i], 0) / Math.hypot(...h));
      return each.reduce((a, b) => a + b) / each.length;
    };
    const shift = (a: number[], b: number[]) => Math.hypot(...a.map((x, i) => x - b[i])) / Math.hypot(...a);
    const [forgetBefore, forgetAfter] = [await statesOf(frozen, forget), await statesOf(parameters, forget)];
    const [retainBefore, retainAfter] = [await statesOf(frozen, retain), await statesOf(parameters, retain)];
    expect(cosine(forgetAfter)).toBeGreaterThan(cosine(forgetBefore) + 0.3);
    expect(shift(forgetBefore, forgetAfter)).toBeGreaterThan(3 * shift(retainBefore, retainAfter));
  });

  it("draws its direction from the seed, with entries of one sign and length 1", () => {
    const direction = randomDirection(50, 3);
    expect(Math.hypot(...direction)).toBeCloseTo(1, 6);
    expect(direction.every((entry) => entry >= 0)).toBe(true);
    expect(randomDirection(50, 3)).toEqual(direction);
    expect(randomDirection(50, 4)).not.toEqual(direction);
  });
});
