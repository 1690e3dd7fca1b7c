/**
 * @file The tensor that model code sees: a shape, a type, and nothing else.
 *
 * Neither jax-js nor the native runtime is named here or in what else programs see of this folder: their declarations
 * need library types (newer ones, a browser's) that a program importing this package may not have.
 */
export type DType = "float32" | "int32" | "bool";
export type Shape = readonly number[];
/** Values of a tensor in row-major order: float32, int32, or bool (0 or 1). */
export type HostArray = Float32Array | Int32Array | Uint8Array;
/** A value of a traced program. Made by the operations of this folder, never by hand. */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly #fresh: () => unknown;

  /** @param fresh - returns a jax-js array that the caller may consume */
  constructor(shape: Shape, dtype: DType, fresh: () => unknown) {
    this.shape = shape;
    this.dtype = dtype;
    this.#fresh = fresh;
  }

  /** A reference for jax-js to consume (`arrays.ts` only). */
  static fresh(tensor: Tensor): unknown {
    return tensor.#fresh();
  }
}

/** An operand: numbers are scalars of the other operand's type. */
export type Operand = Tensor | number;

/** The number of elements of a shape. */
export function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
