/** @file What a program is compiled for: the shapes and types of its arguments. */
import type { DType, Shape, Tensor } from "./tensor.js";
import type { Mapped } from "./tree.js";

/** The shape and type of an argument of a program. */
export class Spec {
  constructor(
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}
}

/** Describes an argument: `spec([batch, time], "int32")`. */
export function spec(shape: Shape, dtype: DType = "float32"): Spec {
  return new Spec([...shape], dtype);
}

/** The arguments of a traced function, from the specs it is compiled for. */
export type TensorsOf<T> = Mapped<T, Spec, Tensor>;
