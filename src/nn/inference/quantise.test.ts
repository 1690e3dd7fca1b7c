import { describe, expect, it } from "vitest";
import { syntheticValues } from "../testing/reference.js";
import { LARGEST_WEIGHT, quantiseColumns } from "./quantise.js";

const COLUMNS = 5;

const clamp = (value: number) => Math.max(-32768, Math.min(32767, value));

/** One row of unsigned activations times a column, as processors without VNNI do it: pairs added in 16 bits, saturating. */
function saturatingProduct(activations: Uint8Array, values: Int8Array, column: number): number {
  let sum = 0;
  for (let k = 0; k < activations.length; k += 2) {
    const at = (inner: number) => (activations[inner] ?? 0) * (values[inner * COLUMNS + column] ?? 0);
    sum += clamp(at(k) + at(k + 1));
  }
  return sum;
}

/** The same as it should be. */
function exactProduct(activations: Uint8Array, values: Int8Array, column: number): number {
  const sum = activations.reduce((all, one, k) => all + BigInt(one) * BigInt(values[k * COLUMNS + column]), 0n);
  return Number(sum);
}

const outOfUnit = (value: number) => Math.min(255, Math.floor(((value + 1) / 2) * 256));

/** Activations of one row, [inner]: all as large as can be, every second one, random. Odd lengths end with half a pair. */
function activationsOf(inner: number): Uint8Array[] {
  return [
    new Uint8Array(inner).fill(255),
    Uint8Array.from({ length: inner }, (_, k) => (k % 2) * 255),
    ...[1, 2, 3].map((seed) => Uint8Array.from(syntheticValues(inner, seed), outOfUnit)),
  ];
}

/** Weights [inner, COLUMNS] before rounding: as large as can be with either sign, and random of very unlike sizes. */
function weightsOf(inner: number): Float32Array[] {
  const length = inner * COLUMNS;
  return [
    new Float32Array(length).fill(0.3),
    new Float32Array(length).fill(-0.3),
    ...[11, 12, 13].map((seed) => Float32Array.from(syntheticValues(length, seed), (v, i) => v * 10 ** (i % COLUMNS))),
    ...[14, 15].map((seed) => Float32Array.from(syntheticValues(length, seed), Math.sign)),
  ];
}

/** How many of all these products saturate, for weights made integers by `round`. */
function wrongProducts(round: (weights: Float32Array) => Int8Array): number {
  let wrong = 0;
  for (const inner of [1, 2, 7, 64, 255, 1024])
    for (const weights of weightsOf(inner)) {
      const values = round(weights);
      for (const activations of activationsOf(inner))
        for (let column = 0; column < COLUMNS; column++)
          if (saturatingProduct(activations, values, column) !== exactProduct(activations, values, column)) wrong++;
    }
  return wrong;
}

describe("weights rounded for int8", () => {
  it("give exact products where pairs are added in 16 bits that saturate", () => {
    expect(wrongProducts((weights) => quantiseColumns(weights, COLUMNS).values)).toBe(0);
  });

  it("would not if they were as large as 8 bits allow, or one larger than they are", () => {
    const scaledTo = (most: number) => (weights: Float32Array) =>
      quantiseColumns(weights, COLUMNS).values.map((value) => Math.round((value / LARGEST_WEIGHT) * most));
    expect(wrongProducts(scaledTo(127))).toBeGreaterThan(100);
    expect(wrongProducts(scaledTo(LARGEST_WEIGHT + 1))).toBeGreaterThan(0);
  });

  it("use the whole range in every column, and are at most half a step away", () => {
    const weights = Float32Array.from(syntheticValues(64 * COLUMNS, 5), (v, i) => v * 10 ** (i % COLUMNS));
    const { values, scales } = quantiseColumns(weights, COLUMNS);
    for (let column = 0; column < COLUMNS; column++) {
      const ofColumn = values.filter((_, i) => i % COLUMNS === column);
      expect(Math.max(...ofColumn.map(Math.abs))).toBe(LARGEST_WEIGHT);
    }
    for (const [i, value] of values.entries()) {
      const scale = scales[i % COLUMNS];
      expect(Math.abs(value * scale - weights[i])).toBeLessThan(scale * 0.5001);
    }
  });
});
