/** @file Elementwise operations. Operands broadcast as in NumPy; a number takes the type of the other operand. */

import { type JaxArray, use, wrap } from "./arrays.js";
import { jax } from "./jax.js";
import type { DType, Operand, Tensor } from "./tensor.js";

const np = jax.numpy;
type Numeric = JaxArray | number;

const binary = (operation: (x: Numeric, y: Numeric) => JaxArray) => (x: Operand, y: Operand) =>
  wrap(operation(use(x), use(y)));
const unary = (operation: (x: JaxArray) => JaxArray) => (x: Tensor) => wrap(operation(use(x)));

export const add = binary(np.add);
export const sub = binary(np.subtract);
export const mul = binary(np.multiply);
/** x / y. Both are turned to float32 if they are integers. */
export const div = binary(np.trueDivide);
export const maximum = binary(np.maximum);
export const minimum = binary(np.minimum);
/** x < y, of type bool. */
export const less = binary(np.less);
/** x >= y, of type bool. */
export const greaterEqual = binary(np.greaterEqual);
/** x == y, of type bool. */
export const equal = binary(np.equal);

export const neg = unary(np.negative);
export const exp = unary(np.exp);
/** Natural logarithm. */
export const log = unary(np.log);
export const sqrt = unary(np.sqrt);
export const square = unary((x) => np.multiply(x.ref, x));
/** 1 / x. */
export const reciprocal = unary(np.reciprocal);
/** max(x, 0). */
export const relu = unary((x) => np.maximum(x, 0));
/** 1 / (1 + exp(-x)). */
export const sigmoid = unary((x) => np.reciprocal(np.add(np.exp(np.negative(x)), 1)));

/** x where the condition (bool) holds, otherwise y. */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  return wrap(np.where(use(condition), use(x), use(y)));
}

/** Converts values; float32 to int32 cuts the fraction off, bool gives 0 and 1. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return wrap(use(x).astype(dtype as JaxArray["dtype"]));
}

/** x itself, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return wrap(jax.lax.stopGradient(use(x)));
}
