import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import * as t from "./index.js";
import { expectSameAsJax, relativeError, syntheticInputs } from "./testing/compare.js";

/** A small GPT, written here so that the engine is tested without the models that use it. */
interface Size {
  vocabulary: number;
  width: number;
  heads: number;
  layers: number;
  time: number;
  batch: number;
}
type Parameters = Record<string, t.Tensor>;

const TINY: Size = { vocabulary: 64, width: 16, heads: 2, layers: 2, time: 8, batch: 3 };
/** 512 tokens of 7 words: every row of the embedding is hit many times. */
const DUPLICATES: Size = { vocabulary: 7, width: 32, heads: 4, layers: 1, time: 64, batch: 8 };

function parameterSpecs({ vocabulary, width, layers }: Size): Record<string, t.Spec> {
  const specs: Record<string, t.Spec> = { embedding: t.spec([vocabulary, width]) };
  for (let layer = 0; layer < layers; layer++) {
    for (const name of ["query", "key", "value", "out"]) specs[`${name}${layer}`] = t.spec([width, width]);
    specs[`up${layer}`] = t.spec([width, 4 * width]);
    specs[`down${layer}`] = t.spec([4 * width, width]);
    specs[`gain${layer}`] = t.spec([width]);
  }
  return specs;
}

function loss(size: Size, p: Parameters, tokens: t.Tensor, targets: t.Tensor, mask: t.Tensor): t.Tensor {
  const { width, heads, layers, time, batch } = size;
  const dim = width / heads;
  const split = (x: t.Tensor) => t.transpose(t.reshape(x, [batch, time, heads, dim]), [0, 2, 1, 3]);
  const turned = (x: t.Tensor) =>
    t.add(x, t.concat([t.neg(t.slice(x, 3, dim / 2, dim)), t.slice(x, 3, 0, dim / 2)], 3));
  let x = t.take(p.embedding, tokens);
  for (let layer = 0; layer < layers; layer++) {
    const normed = t.rmsNorm(x, p[`gain${layer}`]);
    const [q, k, v] = ["query", "key", "value"].map((name) => split(t.matmul(normed, p[name + layer])));
    const attended = t.attend(turned(q), turned(k), v, { scale: 1 / dim, causal: true });
    const merged = t.reshape(t.transpose(attended, [0, 2, 1, 3]), [batch, time, width]);
    x = t.add(x, t.matmul(merged, p[`out${layer}`]));
    x = t.add(x, t.matmul(t.squaredRelu(t.matmul(t.rmsNorm(x), p[`up${layer}`])), p[`down${layer}`]));
  }
  const [h, flatTargets, weights] = [t.rmsNorm(x), targets, mask].map((y) =>
    t.reshape(y, y.shape.length === 3 ? [batch * time, width] : [batch * time]),
  );
  return t.crossEntropy(h, p.embedding, flatTargets, weights, 0.5);
}

function example(size: Size, seed: number) {
  const { vocabulary, batch, time } = size;
  const specs = parameterSpecs(size);
  const source = random(seed, "gpt test");
  const values = syntheticInputs(Object.values(specs), source).map((data) =>
    (data as Float32Array).map((x) => x * 0.3),
  );
  const parameters = Object.fromEntries(Object.keys(specs).map((name, index) => [name, values[index]]));
  const ids = t.spec([batch, time], "int32");
  const [tokens, targets] = syntheticInputs([ids, ids], source, vocabulary);
  const mask = Float32Array.from({ length: batch * time }, (_, index) => (index % 3 === 0 ? 0 : 1));
  return {
    specs: [specs, ids, ids, t.spec([batch, time])] as const,
    inputs: [parameters, tokens, targets, mask] as const,
  };
}

const lossAndGradient = (size: Size) => (p: Parameters, tokens: t.Tensor, targets: t.Tensor, mask: t.Tensor) =>
  t.valueAndGrad((parameters: Parameters) => loss(size, parameters, tokens, targets, mask))(p);

describe("training a GPT", () => {
  it.each([
    ["tiny", TINY],
    ["many duplicate tokens", DUPLICATES],
  ] as const)("computes jax-js' loss and gradients of every parameter: %s", async (_name, size) => {
    const { specs, inputs } = example(size, 1);
    await expectSameAsJax(lossAndGradient(size), specs, inputs, "seed 1");
  });

  it("states the same gradients by hand as automatic differentiation derives", async () => {
    const size = { n: 12, d: 6, vocabulary: 9 };
    const naive = (h: t.Tensor, table: t.Tensor, targets: t.Tensor, weights: t.Tensor) => {
      const logits = t.mul(t.matmul(h, table, { transposeB: true }), 0.5);
      const nll = t.sub(t.log(t.sum(t.exp(logits), -1)), t.pick(logits, targets));
      return { nll, loss: t.div(t.sum(t.mul(nll, weights)), t.sum(weights)) };
    };
    const tuned = (h: t.Tensor, table: t.Tensor, targets: t.Tensor, weights: t.Tensor) => ({
      nll: t.tokenLosses(h, table, targets, 0.5),
      loss: t.crossEntropy(h, table, targets, weights, 0.5),
    });
    const specs = [
      t.spec([size.n, size.d]),
      t.spec([size.vocabulary, size.d]),
      t.spec([size.n], "int32"),
      t.spec([size.n]),
    ];
    const [h, table, targets, raw] = syntheticInputs(specs, random(2, "cross-entropy"), size.vocabulary);
    const weights = (raw as Float32Array).map((x) => (x > 0 ? 1 : 0));
    const gradients = async (f: typeof naive) => {
      const g = (x: t.Tensor, y: t.Tensor, z: t.Tensor, w: t.Tensor) =>
        [f(x, y, z, w).nll, t.valueAndGrad((p: t.Tensor[]) => f(p[0], p[1], z, w).loss)([x, y])] as const;
      const program = await t.compile(g, specs);
      const [nll, [value, [dh, dTable]]] = (await program.run(
        ...([h, table, targets, weights] as never[]),
      )) as unknown as [Float32Array, [Float32Array, Float32Array[]]];
      await program.release();
      return [nll, value, dh, dTable];
    };
    const [expected, actual] = [await gradients(naive), await gradients(tuned)];
    expected.forEach((values, index) => {
      expect(relativeError(values, actual[index])).toBeLessThan(1e-5);
    });
  });

  it("gives attention, RMSNorm, squared ReLU and softmax the gradients that finite differences see", async () => {
    const shape = [1, 2, 3, 4];
    const f = (q: t.Tensor, k: t.Tensor, v: t.Tensor) => {
      const out = t.attend(t.rmsNorm(q), t.softmax(k), t.squaredRelu(v), { scale: 0.7, causal: true });
      return t.sum(t.mul(out, t.add(out, 1)));
    };
    const specs = [t.spec(shape), t.spec(shape), t.spec(shape)] as const;
    const program = await t.compile(
      (q, k, v) => t.valueAndGrad((p: t.Tensor[]) => f(p[0], p[1], p[2]))([q, k, v]),
      specs,
    );
    const inputs = syntheticInputs(specs, random(3, "finite differences")) as Float32Array[];
    const run = async (x: Float32Array[]) => (await program.run(x[0], x[1], x[2])) as [Float32Array, Float32Array[]];
    const [, gradients] = await run(inputs);
    const step = 1e-2;
    for (const [which, gradient] of gradients.entries()) {
      const numeric = [];
      for (let index = 0; index < gradient.length; index++) {
        const moved = [step, -step].map((by) =>
          inputs.map((x, i) => x.map((y, j) => (i === which && j === index ? y + by : y))),
        );
        const [[up], [down]] = [await run(moved[0]), await run(moved[1])];
        numeric.push((up[0] - down[0]) / (2 * step));
      }
      expect(relativeError(numeric, gradient)).toBeLessThan(5e-3);
    }
    await program.release();
  });

  it("attends in blocks of queries as in one piece, values and gradients", async () => {
    const [time, dim] = [300, 4];
    const shape = [1, 2, time, dim];
    const hidden = Float32Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0));
    const whole = (q: t.Tensor, k: t.Tensor, v: t.Tensor) => {
      const scores = t.add(t.mul(t.matmul(q, k, { transposeB: true }), 0.5), t.constant(hidden, [time, time]));
      const powers = t.exp(t.sub(scores, t.stopGradient(t.max(scores, -1, { keepDims: true }))));
      return t.matmul(t.div(powers, t.sum(powers, -1, { keepDims: true })), v);
    };
    const blocks = (q: t.Tensor, k: t.Tensor, v: t.Tensor) => t.attend(q, k, v, { scale: 0.5, causal: true });
    const specs = [t.spec(shape), t.spec(shape), t.spec(shape)] as const;
    const inputs = syntheticInputs(specs, random(5, "attention"));
    const [expected, actual] = await Promise.all(
      [whole, blocks].map(async (attend) => {
        const program = await t.compile(
          (q, k, v) =>
            [
              attend(q, k, v),
              t.valueAndGrad((p: t.Tensor[]) => t.sum(t.sigmoid(attend(p[0], p[1], p[2]))))([q, k, v]),
            ] as const,
          specs,
        );
        const [out, [, gradients]] = (await program.run(inputs[0], inputs[1], inputs[2])) as unknown as [
          Float32Array,
          [Float32Array, Float32Array[]],
        ];
        await program.release();
        return [out, ...gradients];
      }),
    );
    expected.forEach((values, index) => {
      expect(relativeError(values, actual[index])).toBeLessThan(1e-5);
    });
  });

  it("cuts big vocabularies into slices of rows without changing the result", async () => {
    const [n, d, vocabulary] = [70, 4, 40_000];
    const f = (h: t.Tensor, table: t.Tensor, targets: t.Tensor, weights: t.Tensor) => ({
      losses: t.tokenLosses(h, table, targets, 0.3),
      training: t.valueAndGrad((p: t.Tensor[]) => t.crossEntropy(p[0], p[1], targets, weights, 0.3))([h, table]),
    });
    const specs = [t.spec([n, d]), t.spec([vocabulary, d]), t.spec([n], "int32"), t.spec([n])];
    const [h, table, targets] = syntheticInputs(specs, random(4, "slices"), vocabulary);
    await expectSameAsJax(f, specs, [h, table, targets, new Float32Array(n).fill(1)], "seed 4");
  });
});
