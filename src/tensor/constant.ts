/** @file Constants of a program. */
import { jax } from "./jax.js";
import { type Shape, Tensor } from "./tensor.js";

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
