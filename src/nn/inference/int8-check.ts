/**
 * @file Whether int8 products are exact on this processor, asked once before int8 is used.
 *
 * The weights are rounded so that they should be (`quantise.ts`). Which kernel multiplies them depends on processor and
 * runtime, and a wrong kernel says nothing: scores just come out wrong. So a product with the largest numbers there are is
 * compared with the same product in JavaScript, where it is exact. That takes some 20 ms, once.
 */
import { cpus } from "node:os";
import { UserError } from "../../base/errors.js";
import { compileGraph, spec } from "../../tensor/index.js";
import { linear } from "./linear.js";
import { LARGEST_WEIGHT } from "./quantise.js";

/**
 * x [rows, inner] times weights [inner, columns], row by row.
 *
 * Kernels take several rows and columns at once and have other code for what is left over: here one row is left over for kernels
 * of 2, 3, 4, 6 or 12 rows, 3 columns for those of 8 or 16. The sums stay below 2^24, so float32 holds them exactly.
 */
const SHAPE = { rows: 13, inner: 405, columns: 19 };

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

/** @throws UserError when `multiply` does not give the exact product */
export async function checkInt8(multiply: Multiply): Promise<void> {
  const product = worstProduct();
  const found = await multiply(product);
  const expected = exactProduct(product);
  const wrong = expected.findIndex((value, i) => found[i] !== value);
  if (wrong === -1) return;
  const processor = `${cpus()[0]?.model.trim() ?? "unknown"}, ${process.arch}`;
  throw new UserError(
    `int8 arithmetic is wrong on this processor (${processor}): a product that is ${expected[wrong]} came out as ${found[wrong]}. Score in float32: --precision f32, or precision: "f32" in a program.`,
  );
}

/** The runtime makes -128..127 the bytes 0..255, with a step of 1. */
const [LOWEST, HIGHEST] = [-128, 127];

/** Numbers as large as they get in the first rows and columns, mixed ones after them; rounding leaves them as they are. */
export function worstProduct(): Product {
  const { rows, inner, columns } = SHAPE;
  const mixed = (a: number, b: number, least: number, most: number) =>
    least + ((a * 7919 + b * 104_729 + ((a * b) % 31)) % (most - least + 1));
  const x = Float32Array.from({ length: rows * inner }, (_, i) => {
    const [row, k] = [Math.floor(i / inner), i % inner];
    if (row < 2) return row === 0 ? HIGHEST : LOWEST;
    if (row < 4) return k % 2 === row % 2 ? HIGHEST : LOWEST;
    return mixed(row, k, LOWEST, HIGHEST);
  });
  const weights = Float32Array.from({ length: inner * columns }, (_, i) => {
    const [k, column] = [Math.floor(i / columns), i % columns];
    // A column's largest weight sets its step, so that each has one.
    if (column < 8 || k === 0) return column % 2 === 0 ? LARGEST_WEIGHT : -LARGEST_WEIGHT;
    return mixed(column, k, -LARGEST_WEIGHT, LARGEST_WEIGHT);
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
