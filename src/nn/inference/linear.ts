/**
 * @file Matrix products with fixed weights, in float32 or in int8.
 *
 * int8: weights are rounded once, each column with a scale of its own (`quantise.ts`); activations are rounded while
 * running, with one scale for all rows of the product. A product must therefore hold one window only, or a window's results
 * would depend on what is read beside it.
 */
import { type Graph, MICROSOFT } from "../../tensor/index.js";
import { quantiseColumns } from "./quantise.js";

/** Arithmetic of the matrix products. */
export type Precision = "f32" | "int8";

/** x [rows, inner] times weights [inner, columns]: the name of the product. */
export function linear(graph: Graph, x: string, weights: Float32Array, columns: number, precision: Precision): string {
  const [rows, inner] = graph.shape(x);
  if (precision === "f32")
    return graph.emit("MatMul", [x, graph.weights(weights, [inner, columns])], [rows, columns], "float32");
  const { values, scales } = quantiseColumns(weights, columns);
  const operands = [x, graph.weights(values, [inner, columns]), graph.constant(scales, [columns], "float32")];
  return graph.emit("DynamicQuantizeMatMul", operands, [rows, columns], "float32", { domain: MICROSOFT });
}
