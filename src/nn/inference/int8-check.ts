/**
 * @file Whether int8 products are exact on this processor, asked once before int8 is used.
 *
 * The weights are rounded so that they should be (`quantise.ts`). Which kernel multiplies them depends on processor and
 * runtime, and a wrong kernel says nothing: scores just come out wrong. So a product with the largest numbers there are is
 * compared with the same product in JavaScript, where it is exact. It takes a few milliseconds.
 */
import { cpus } from "node:os";
import { UserError } from "../../base/errors.js";
import { compileGraph, spec } from "../../tensor/index.js";
import { linear } from "./linear.js";
import { LARGEST_WEIGHT } from "./quantise.js";

/**
 * x [rows, inner] times weights [inner, columns], row by row.
 *
 * The sizes leave a rest in every way kernels cut products: rows by 4, 6 or 12, columns by 16, inner by 4 and by 384. The sums
 * stay below 2^24, so float32 holds them exactly.
 */
const SHAPE = { rows: 13, inner: 405, columns: 35 };

export interface Product {
  x: Float32Array;
  weights: Float32Array;
  rows: number;
  inner: number;
  columns: number;
}

/** Multiplies: the native runtime in int8, or whatever a test puts in its place. Result [rows, columns]. */
export type Multiply = (product: Product) => Promise<Float32Array>;

let checked: Promise<void> | undefined;

/** Checks this processor, the first time only. @throws UserError when its int8 products are wrong */
export function requireExactInt8(): Promise<void> {
  checked ??= checkInt8(nativeProduct);
  return checked;
}

/** @throws UserError when a product differs from the exact one */
export async function checkInt8(multiply: Multiply): Promise<void> {
  // Activations from 0 to 255, then around a zero point of 128; both have steps of 1.
  for (const lowest of [0, -128]) {
    const product = worstProduct(lowest);
    const found = await multiply(product);
    const expected = exactProduct(product);
    const wrong = expected.findIndex((value, i) => found[i] !== value);
    if (wrong === -1) continue;
    const processor = `${cpus()[0]?.model.trim() ?? "unknown"}, ${process.arch}`;
    throw new UserError(
      `int8 arithmetic is wrong on this processor (${processor}): a product that is ${expected[wrong]} came out as ${found[wrong]}. Score in float32: --precision f32, or precision: "f32" in a program.`,
    );
  }
}

/** Numbers as large as they get in the first rows and columns, and mixed ones after them; all are integers already. */
export function worstProduct(lowest: number): Product {
  const { rows, inner, columns } = SHAPE;
  const mixed = (a: number, b: number, values: number) => (a * 7919 + b * 104_729 + ((a * b) % 31)) % values;
  const x = Float32Array.from({ length: rows * inner }, (_, i) => {
    const [row, k] = [Math.floor(i / inner), i % inner];
    if (row === 0) return lowest + 255;
    if (row === 1) return lowest;
    return lowest + (row % 3 === 0 ? (k % 2) * 255 : mixed(row, k, 256));
  });
  const weights = Float32Array.from({ length: inner * columns }, (_, i) => {
    const [k, column] = [Math.floor(i / columns), i % columns];
    if (column % 4 < 2 || k === 0) return column % 2 === 0 ? LARGEST_WEIGHT : -LARGEST_WEIGHT;
    return mixed(column, k, 2 * LARGEST_WEIGHT + 1) - LARGEST_WEIGHT;
  });
  return { x, weights, ...SHAPE };
}

/** In JavaScript's numbers, which hold these sums exactly. */
export function exactProduct({ x, weights, rows, inner, columns }: Product): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += x[row * inner + k] * weights[k * columns + column];
    return sum;
  });
}

async function nativeProduct({ x, weights, rows, inner, columns }: Product): Promise<Float32Array> {
  const program = await compileGraph({ x: spec([rows, inner]) }, (graph) => [
    linear(graph, "x", weights, columns, "int8"),
  ]);
  try {
    return (await program.run({ x }))[0].slice();
  } finally {
    await program.release();
  }
}
