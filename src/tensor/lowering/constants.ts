/**
 * @file Constants of a traced program. Most are zeros of some shape that differentiation left behind.
 */

import type { JaxArray } from "../arrays.js";
import { jax } from "../jax.js";
import type { DType, Shape } from "../tensor.js";
import type { Graph } from "./graph.js";
import { product } from "./lists.js";
import { splatView, type View, valueView } from "./view.js";

/** Bigger constants are first asked for their extremes: jax-js finds them without making the array. */
const BIG = 4096;

/** A constant's view: one number if it is the same everywhere. Consumes the array. */
export function constantView(graph: Graph, array: JaxArray, { shape, dtype }: { shape: Shape; dtype: DType }): View {
  if (product(shape) > BIG && dtype !== "bool") {
    const [lowest, highest] = [jax.numpy.min(array.ref).item(), jax.numpy.max(array.ref).item()];
    if (lowest === highest) {
      array.dispose();
      return splatView(lowest, shape, dtype);
    }
  }
  const data = array.dataSync() as Float32Array | Int32Array;
  if (data.length > 0 && data.every((value) => value === data[0])) return splatView(Number(data[0]), shape, dtype);
  return valueView(graph.constant(dtype === "bool" ? Uint8Array.from(data) : data, shape, dtype), shape, dtype);
}
