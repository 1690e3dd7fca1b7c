/**
 * @file The tensor that model code sees: a shape, a type, and nothing else.
 *
 * jax-js counts references and consumes its arguments; `use` takes the extra reference so that no model code ever has
 * to. While a program is traced nothing is allocated, and the oracle runs traced programs only, so references that are
 * never given back cost nothing.
 */
import type { numpy } from "@jax-js/jax";
import { jax } from "./jax.js";

export type DType = "float32" | "int32" | "bool";
export type Shape = readonly number[];
/** A jax-js array or a tracer standing for one. */
export type JaxArray = numpy.Array;

/** A value of a traced program. Made by the operations of this folder, never by hand. */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly #fresh: () => JaxArray;

  /** @param fresh - returns a jax-js array that the caller may consume */
  constructor(shape: Shape, dtype: DType, fresh: () => JaxArray) {
    this.shape = shape;
    this.dtype = dtype;
    this.#fresh = fresh;
  }

  /** A reference for jax-js to consume (this folder only). */
  static use(tensor: Tensor): JaxArray {
    return tensor.#fresh();
  }
}

/** An operand: numbers are scalars of the other operand's type. */
export type Operand = Tensor | number;

/** A reference that a jax-js function may consume. */
export function use(operand: Tensor): JaxArray;
export function use(operand: Operand): JaxArray | number;
export function use(operand: Operand): JaxArray | number {
  return typeof operand === "number" ? operand : Tensor.use(operand);
}

/** Wraps a jax-js array (taking it over). */
export function wrap(array: JaxArray): Tensor {
  return new Tensor([...array.shape], array.dtype as DType, () => array.ref);
}

/**
 * A constant of the program, baked into the compiled graph.
 *
 * @param data - values in row-major order; Int32Array gives int32, anything else float32
 */
export function constant(data: ArrayLike<number>, shape: Shape): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count)
    throw new Error(`A constant of shape [${shape}] needs ${count} values, got ${data.length}`);
  const isInteger = data instanceof Int32Array;
  const copy = isInteger ? Int32Array.from(data) : Float32Array.from(data);
  const dtype = isInteger ? jax.DType.Int32 : jax.DType.Float32;
  return new Tensor([...shape], isInteger ? "int32" : "float32", () =>
    jax.numpy.array(copy, { shape: [...shape], dtype }),
  );
}

/** The number of elements of a shape. */
export function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
