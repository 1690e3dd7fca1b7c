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

/** Rounds a matrix [inner, columns] to -127..127, column by column. */
export function quantiseColumns(weights: Float32Array, columns: number) {
  const scales = new Float32Array(columns);
  for (let i = 0; i < weights.length; i++)
    scales[i % columns] = Math.max(scales[i % columns], Math.abs(weights[i]) / 127);
  // A column of zeros stays zero with any scale.
  const steps = scales.map((scale) => scale || 1);
  return { values: Int8Array.from(weights, (weight, i) => Math.round(weight / steps[i % columns])), scales: steps };
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
