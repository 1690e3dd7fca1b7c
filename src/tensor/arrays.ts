/**
 * @file What stands behind a tensor: an array of jax-js, or a tracer.
 *
 * jax-js counts references and consumes its arguments; `use` takes the extra reference so that no model code ever has
 * to. While a program is traced nothing is allocated, and the oracle runs traced programs only, so references that are
 * never given back cost nothing.
 */
import type { numpy } from "@jax-js/jax";
import { type DType, type Operand, Tensor } from "./tensor.js";

/** A jax-js array or a tracer standing for one. */
export type JaxArray = numpy.Array;

/** A reference that a jax-js function may consume. */
export function use(operand: Tensor): JaxArray;
export function use(operand: Operand): JaxArray | number;
export function use(operand: Operand): JaxArray | number {
  return typeof operand === "number" ? operand : (Tensor.fresh(operand) as JaxArray);
}

/** Wraps a jax-js array (taking it over). */
export function wrap(array: JaxArray): Tensor {
  return new Tensor([...array.shape], array.dtype as DType, () => array.ref);
}
