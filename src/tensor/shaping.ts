/** @file Reductions and changes of shape. Negative axes count from the last; changes of shape move no data when compiled. */

import { use, wrap } from "./arrays.js";
import { jax } from "./jax.js";
import type { Shape, Tensor } from "./tensor.js";

const np = jax.numpy;
/** Axes to reduce over; undefined is all of them. */
type Axes = number | readonly number[] | undefined;
interface ReduceOptions {
  /** keep reduced axes with size 1 */
  keepDims?: boolean;
}

const reduction =
  (operation: typeof np.sum) =>
  (x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor => {
    const axis = axes === undefined ? null : typeof axes === "number" ? axes : [...axes];
    return wrap(operation(use(x), axis, { keepdims: options.keepDims ?? false }));
  };

export const sum = reduction(np.sum);
export const mean = reduction(np.mean);
export const max = reduction(np.max);

/** The same elements in row-major order in another shape; one size may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return wrap(np.reshape(use(x), [...shape]));
}

/** Reorders axes: axis i of the result is axis order[i] of x; reversed when no order is given. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  return wrap(np.transpose(use(x), order ? [...order] : undefined));
}

/** Repeats x along new leading axes and axes of size 1. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return wrap(np.broadcastTo(use(x), [...shape]));
}

/** Inserts axes of size 1 at the given positions of the result. */
export function expandDims(x: Tensor, axis: number | readonly number[]): Tensor {
  return wrap(np.expandDims(use(x), typeof axis === "number" ? axis : [...axis]));
}

/** Joins tensors along one axis; their other sizes must be equal. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  return wrap(np.concatenate(tensors.map(use) as ReturnType<typeof np.add>[], axis));
}

/** The part start <= index < end along one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  if (!(at in x.shape) || start < 0 || end > x.shape[at] || start >= end) {
    throw new Error(`Cannot slice ${start}..${end} along axis ${axis} of a tensor of shape [${x.shape}]`);
  }
  return wrap(use(x).slice(...x.shape.map((_, index): [] | [number, number] => (index === at ? [start, end] : []))));
}
