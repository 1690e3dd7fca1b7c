import { describe, it } from "vitest";
import { random } from "../base/random.js";
import * as t from "./index.js";
import { checkAgainstJax } from "./testing/compare.js";

type T = t.Tensor;
const seeds = [1, 2, 3];
/** Synthetic shapes: sizes 1 to 5, ones among them, but at least 2 in the last axis. */
const shapes = (seed: number, rank: number) => {
  const source = random(seed, "shape");
  return Array.from({ length: rank }, (_, axis) => (axis === rank - 1 ? 2 + source.integer(4) : 1 + source.integer(5)));
};
const positive = (x: T) => t.add(t.square(x), 0.5);

const pointwise: Record<string, (x: T, y: T) => T> = {
  add: t.add,
  sub: t.sub,
  mul: t.mul,
  div: (x, y) => t.div(x, positive(y)),
  maximum: t.maximum,
  minimum: t.minimum,
  less: t.less,
  greaterEqual: t.greaterEqual,
  equal: (x, y) => t.equal(t.cast(x, "int32"), t.cast(y, "int32")),
  where: (x, y) => t.where(t.less(x, y), t.mul(x, 3), 7),
  neg: t.neg,
  exp: t.exp,
  log: (x) => t.log(positive(x)),
  sqrt: (x) => t.sqrt(positive(x)),
  square: t.square,
  reciprocal: (x) => t.reciprocal(positive(x)),
  relu: t.relu,
  sigmoid: t.sigmoid,
  "cast to int32": (x) => t.cast(t.mul(x, 3), "int32"),
  "cast of bool": (x, y) => t.cast(t.less(x, y), "float32"),
  integers: (x, y) => t.mul(t.neg(t.sub(t.cast(t.mul(x, 3), "int32"), 2)), t.cast(t.mul(y, 3), "int32")),
  "number operands": (x, y) => t.sub(1, t.mul(0.5, t.add(t.maximum(0, x), t.minimum(y, 2)))),
};

const forms: Record<string, (x: T) => T> = {
  "sum of all": (x) => t.sum(x),
  "sum over one axis": (x) => t.sum(x, 1),
  "sum over two, kept": (x) => t.sum(x, [0, -1], { keepDims: true }),
  mean: (x) => t.mean(x, -1),
  max: (x) => t.max(x, [0, 1]),
  "sum of a repeated axis": (x) => t.sum(t.broadcastTo(t.expandDims(x, 0), [4, ...x.shape]), 0),
  "reshape across axes": (x) => t.reshape(t.transpose(x), [x.shape[1], x.shape[0], x.shape[2]]),
  reshape: (x) => t.add(t.reshape(x, [-1, x.shape[2]]), 1),
  "reshape after transpose": (x) => t.mul(t.reshape(t.transpose(x, [2, 0, 1]), [-1]), 2),
  transpose: (x) => t.exp(t.transpose(x)),
  concat: (x) => t.concat([x, t.mul(x, 2), t.transpose(t.transpose(x))], 1),
  "concat of transposed": (x) => t.concat([t.transpose(x, [2, 0, 1]), t.exp(t.transpose(x, [2, 0, 1]))], 2),
  "concat of unlike layouts": (x) =>
    t.concat([t.transpose(x, [1, 0, 2]), t.reshape(x, [x.shape[1], x.shape[0], x.shape[2]])], 0),
  "concat with a constant": (x) => t.concat([t.mul(x, 0), x], 0),
  slice: (x) => t.slice(x, -1, 0, 1),
  "slice of transposed": (x) => t.slice(t.transpose(x, [2, 1, 0]), 0, x.shape[2] - 1, x.shape[2]),
  "slice of repeated": (x) => t.slice(t.broadcastTo(t.expandDims(x, 1), [x.shape[0], 6, ...x.shape.slice(1)]), 1, 2, 5),
  softmax: t.softmax,
  "softmax of a transposed value": (x) => t.softmax(t.transpose(x)),
  "softmax of a repeated value": (x) => t.softmax(t.broadcastTo(t.slice(x, 2, 0, 1), [x.shape[0], x.shape[1], 4])),
  rmsNorm: (x) => t.rmsNorm(x),
  squaredRelu: t.squaredRelu,
};

const products: Record<string, [a: number[], b: number[], options?: object]> = {
  matrices: [
    [3, 4],
    [4, 5],
  ],
  "left transposed": [[4, 3], [4, 5], { transposeA: true }],
  "right transposed": [[3, 4], [5, 4], { transposeB: true }],
  "both transposed": [[4, 3], [5, 4], { transposeA: true, transposeB: true }],
  batches: [
    [2, 3, 4, 5],
    [2, 3, 5, 2],
  ],
  "batches, transposed": [[2, 5, 4], [2, 3, 5], { transposeA: true, transposeB: true }],
  "a batch and a matrix": [
    [2, 3, 4],
    [4, 5],
  ],
  "a matrix and a batch": [
    [3, 4],
    [2, 2, 4, 5],
  ],
  "a single inner element": [
    [3, 1],
    [1, 5],
  ],
  "a single row": [
    [1, 4],
    [4, 5],
  ],
  "rows and columns of one": [
    [1, 4],
    [4, 1],
  ],
};

describe("every operation equals jax-js, and so does its gradient", () => {
  for (const seed of seeds) {
    for (const [name, operation] of Object.entries(pointwise)) {
      it(`${name} (seed ${seed})`, async () => {
        const [rows, columns, depth] = shapes(seed, 3);
        const f = (x: T, y: T, row: T) => ({ same: operation(x, y), broadcast: operation(row, y) });
        const gradient = (x: T, y: T, row: T) =>
          t.valueAndGrad((p: T[]) => t.sum(t.mul(t.cast(operation(p[0], p[1]), "float32"), y)))([x, y, row]);
        const specs = [t.spec([rows, columns, depth]), t.spec([rows, columns, depth]), t.spec([columns, 1])];
        await checkAgainstJax((...args: [T, T, T]) => [f(...args), gradient(...args)], specs, seed);
      });
    }
    for (const [name, form] of Object.entries(forms)) {
      it(`${name} (seed ${seed})`, async () => {
        const gradient = (x: T) => t.valueAndGrad((p: T) => t.sum(t.sigmoid(form(p))))(x);
        await checkAgainstJax((x: T) => [form(x), gradient(x)], [t.spec(shapes(seed, 3))], seed);
      });
    }
    for (const [name, [a, b, options]] of Object.entries(products)) {
      it(`product of ${name} (seed ${seed})`, async () => {
        const product = (x: T, y: T) => t.matmul(x, y, options);
        const gradient = (x: T, y: T) => t.valueAndGrad((p: T[]) => t.sum(t.square(product(p[0], p[1]))))([x, y]);
        await checkAgainstJax((x: T, y: T) => [product(x, y), gradient(x, y)], [t.spec(a), t.spec(b)], seed);
      });
    }
    it(`rows by id, with duplicates (seed ${seed})`, async () => {
      const f = (table: T, ids: T, weights: T) =>
        t.valueAndGrad((p: T) => t.sum(t.mul(t.take(p, ids), weights)))(table);
      await checkAgainstJax(f, [t.spec([5, 3]), t.spec([4, 6], "int32"), t.spec([4, 6, 3])], seed, 5);
    });
    it(`one entry of each row (seed ${seed})`, async () => {
      const f = (x: T, columns: T) => t.valueAndGrad((p: T) => t.sum(t.exp(t.pick(t.transpose(p), columns))))(x);
      await checkAgainstJax(f, [t.spec([3, 7]), t.spec([7], "int32")], seed, 3);
    });
    it(`a constant, int32 and float32 (seed ${seed})`, async () => {
      const table = t.constant([1, 2, 3, 4, 5, 6], [2, 3]);
      const ids = t.constant(Int32Array.of(1, 0, 1), [3]);
      await checkAgainstJax((x: T) => t.add(t.take(table, ids), x), [t.spec([3, 3])], seed);
    });
  }
});
