/**
 * @file Rotary position embedding: each pair of coordinates (i, i + size/2) of a head turns by an angle proportional to
 * the token's position, so that a query-key product depends on how far apart two tokens are, and on nothing else.
 *
 * Positions are counted along the time axis, which is next to last here: [batch, heads, time, size]. (The reference reads
 * the heads axis as time, which turns every position by the same angle and so encodes nothing.)
 */
import { add, concat, constant, mul, neg, slice, type Tensor } from "../tensor/index.js";

/** Cosines and sines, [time, size] each. */
export interface Rope {
  cos: Tensor;
  sin: Tensor;
}

/** Angles position * base^(-2 i / size) for the two halves of a head of `size` coordinates, [time, size] each. */
export function ropeAngles(time: number, size: number, base: number): Float64Array {
  const half = size / 2;
  return Float64Array.from({ length: time * size }, (_, index) => {
    const position = Math.floor(index / size);
    return position * base ** (-(index % half) / half);
  });
}

/** The tables of a window of `time` tokens. */
export function rope(time: number, size: number, base: number): Rope {
  const angles = ropeAngles(time, size, base);
  return {
    cos: constant(Float32Array.from(angles, Math.cos), [time, size]),
    sin: constant(Float32Array.from(angles, Math.sin), [time, size]),
  };
}

/** Turns x [batch, heads, time, size] by position: (a, b) -> (a cos - b sin, b cos + a sin). */
export function rotate(x: Tensor, { cos, sin }: Rope): Tensor {
  const size = x.shape[3];
  const first = slice(x, 3, 0, size / 2);
  const second = slice(x, 3, size / 2, size);
  return add(mul(x, cos), mul(concat([neg(second), first], 3), sin));
}
