import { describe, expect, it } from "vitest";
import { compile, runWithJax, spec, type Tensor, valueAndGrad } from "../tensor/index.js";
import { GptConfig, gptShapes } from "./config.js";
import { gptLoss, gptTokenLosses, residualStream, type TracedParameters } from "./gpt.js";
import {
  referenceLoss,
  referenceLosses,
  referenceStream,
  syntheticParameters,
  syntheticValues,
  toSingle,
} from "./testing/reference.js";

const causal = GptConfig.parse({ vocabulary: 11, width: 8, layers: 2, heads: 2, context: 6, baseWidth: 4 });
const shapes = gptShapes(causal);
const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, spec(shape)]));
const BATCH = 2;
const size = BATCH * causal.context;
const ids = (seed: number) => Int32Array.from(syntheticValues(size, seed), (v) => Math.floor(((v + 1) / 2) * 11));
const [tokens, targets] = [ids(1), ids(2)];
const lossMask = Float32Array.of(1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1);
const idSpec = spec([BATCH, causal.context], "int32");
const values = syntheticParameters(shapes);

/** Largest difference relative to the largest value. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - found[i]))) / scale;
}

describe.each([
  { name: "the model", config: causal },
  { name: "the same network as an encoder", config: { ...causal, bidirectional: true } },
])("$name", ({ config }) => {
  const lossAndGradient = (p: TracedParameters, x: Tensor, y: Tensor, mask: Tensor) =>
    valueAndGrad((parameters: TracedParameters) => gptLoss(config, parameters, x, y, mask))(p);
  const gradientSpecs = [specs, idSpec, idSpec, spec([BATCH, config.context])] as const;

  async function gradients(threads = 1, y = targets) {
    const program = await compile(lossAndGradient, gradientSpecs, { threads });
    const [loss, gradient] = await program.run(toSingle(values), tokens, y, lossMask);
    await program.release();
    return { loss: loss[0], gradient: gradient as Record<string, Float32Array> };
  }

  it("computes the states and losses of the maths written out in double precision, muP multiplier (here 1/2) included", async () => {
    const program = await compile(
      (p, x, y) => [...residualStream(config, p, x), gptTokenLosses(config, p, x, y)],
      [specs, idSpec, idSpec],
    );
    const outputs = await program.run(toSingle(values), tokens, targets);
    await program.release();
    for (let row = 0; row < BATCH; row++) {
      const part = [row * config.context, (row + 1) * config.context] as const;
      const stream = referenceStream(config, values, tokens.subarray(...part));
      stream.forEach((states, layer) => {
        const found = outputs[layer].subarray(part[0] * config.width, part[1] * config.width);
        expect(relativeError(found, states.flat())).toBeLessThan(1e-5);
      });
      const losses = referenceLosses(config, values, tokens.subarray(...part), targets.subarray(...part));
      expect(relativeError(outputs[config.layers + 1].subarray(...part), losses)).toBeLessThan(1e-5);
    }
  });

  it("has the gradient of finite differences in double precision", async () => {
    const { loss, gradient } = await gradients();
    const lossAt = () => referenceLoss(config, values, tokens, targets, lossMask);
    expect(Math.abs(loss - lossAt())).toBeLessThan(1e-5);
    for (const [name, data] of Object.entries(values)) {
      // Every seventh coordinate keeps the test fast; each parameter has at least one.
      const places = Array.from({ length: Math.ceil(data.length / 7) }, (_, i) => i * 7);
      const expected = places.map((place) => {
        const kept = data[place];
        data[place] = kept + 1e-5;
        const above = lossAt();
        data[place] = kept - 1e-5;
        const below = lossAt();
        data[place] = kept;
        return (above - below) / 2e-5;
      });
      const found = places.map((place) => gradient[name][place]);
      expect(relativeError(found, expected), name).toBeLessThan(1e-3);
    }
  });

  it("has the gradient jax-js has, with one thread and with two", async () => {
    const [loss, expected] = await runWithJax(
      lossAndGradient,
      gradientSpecs,
      toSingle(values),
      tokens,
      targets,
      lossMask,
    );
    for (const threads of [1, 2]) {
      const found = await gradients(threads);
      expect(found.loss).toBeCloseTo(loss[0], 5);
      for (const name of Object.keys(shapes))
        expect(relativeError(found.gradient[name], (expected as typeof found.gradient)[name]), name).toBeLessThan(1e-4);
    }
  });

  it("learns nothing from what a masked target is", async () => {
    const before = await gradients();
    const other = targets.map((id, i) => (lossMask[i] === 0 ? (id + 1) % config.vocabulary : id));
    expect(await gradients(1, other)).toEqual(before);
  });
});
