/** @file Host arrays in and out of the native runtime, without copies, checked against the program's specs. */
import { Tensor as RuntimeTensor } from "onnxruntime-node";
import { type DType, elements, type HostArray, type Shape } from "./tensor.js";

interface Port {
  shape: Shape;
  dtype: DType;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

export function allocate({ shape, dtype }: Port): HostArray {
  return new ARRAYS[dtype](elements(shape));
}

/** A tensor of the native runtime over the same memory. */
export function runtimeTensor(data: HostArray, { shape, dtype }: Port): RuntimeTensor {
  return new RuntimeTensor(dtype, data, [...shape]);
}

/** Accepts what a caller passed for an input; a bare number stands for a scalar. */
export function checkedInput(path: string, value: unknown, { shape, dtype }: Port): HostArray {
  const Expected = ARRAYS[dtype];
  const data = typeof value === "number" ? Expected.of(value) : value;
  const count = elements(shape);
  if (!(data instanceof Expected) || data.length !== count) {
    const got = ArrayBuffer.isView(data) ? `${data.constructor.name}(${(data as HostArray).length})` : String(value);
    throw new Error(`Input ${path} needs ${Expected.name}(${count}) for ${dtype}[${shape}], got ${got}`);
  }
  return data;
}
