/**
 * @file Matrix products with fixed weights, in float32 or in int8.
 *
 * int8: weights are rounded once, each column with a scale of its own; activations are rounded while running, with one
 * scale for all rows of the product. A product must therefore hold one window only, or a window's results would depend on
 * what is read beside it.
 */
import { type Graph, MICROSOFT } from "../../tensor/index.js";

/** Arithmetic of the matrix products. */
export type Precision = "f32" | "int8";

/** int8 values and the step of each column. */
interface QuantisedMatrix {
  values: Int8Array;
  scales: Float32Array;
}

/** Every program of a model rounds the same matrices. */
const quantised = new WeakMap<Float32Array, QuantisedMatrix>();

/** Rounds a matrix [inner, columns] to -127..127, column by column; done once for each matrix. */
export function quantiseColumns(weights: Float32Array, columns: number): QuantisedMatrix {
  const known = quantised.get(weights);
  if (known) return known;
  const scales = new Float32Array(columns);
  const values = new Int8Array(weights.length);
  for (let column = 0; column < columns; column++) {
    let most = 0;
    for (let i = column; i < weights.length; i += columns) most = Math.max(most, Math.abs(weights[i]));
    // A column of zeros stays zero with any scale.
    const scale = most / 127 || 1;
    scales[column] = scale;
    for (let i = column; i < weights.length; i += columns) values[i] = Math.round(weights[i] / scale);
  }
  quantised.set(weights, { values, scales });
  return { values, scales };
}

/** x [rows, inner] times weights [inner, columns]: the name of the product. */
export function linear(graph: Graph, x: string, weights: Float32Array, columns: number, precision: Precision): string {
  const [rows, inner] = graph.shape(x);
  if (precision === "f32")
    return graph.emit("MatMul", [x, graph.weights(weights, [inner, columns])], [rows, columns], "float32");
  const { values, scales } = quantiseColumns(weights, columns);
  const operands = [x, graph.weights(values, [inner, columns]), graph.constant(scales, [columns], "float32")];
  return graph.emit("DynamicQuantizeMatMul", operands, [rows, columns], "float32", { domain: MICROSOFT });
}
