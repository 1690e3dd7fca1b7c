/**
 * @file Sums and products that keep factors and reciprocals lazy: x - y is one Sub, x * (1 / y) one Div.
 */
import type { DType, Shape } from "../tensor.js";
import { isSameView } from "./align.js";
import { elementwise } from "./elementwise.js";
import { force, materialize, settle } from "./force.js";
import type { Graph } from "./graph.js";
import { expandAxes, shapeOf, splatValue, splatView, stored, type View, valueView } from "./view.js";

/** factor * x, lazily. */
export function scale(v: View, factor: number): View {
  return { ...v, factor: v.factor * factor };
}

/** 1 / x, lazily. */
export function reciprocal(graph: Graph, v: View): View {
  const value = splatValue(v);
  if (value !== undefined) return splatView(1 / value, shapeOf(v), v.dtype);
  if (v.isReciprocal || v.factor === 0 || v.dtype !== "float32") return { ...force(graph, v), isReciprocal: true };
  return { ...v, factor: 1 / v.factor, isReciprocal: true };
}

const isNegated = (v: View) => v.factor === -1 && !v.isReciprocal;

export function add(graph: Graph, a: View, b: View, shape: Shape, dtype: DType): View {
  if (dtype === "bool") return elementwise(graph, "Or", [a, b], shape, dtype, { commutative: true });
  const [valueA, valueB] = [splatValue(a), splatValue(b)];
  if (valueA !== undefined && valueB !== undefined) return splatView(valueA + valueB, shape, dtype);
  if (valueA === 0) return expandAxes(b, shape);
  if (valueB === 0) return expandAxes(a, shape);
  for (const [scatter, other] of [
    [a, b],
    [b, a],
  ]) {
    const sum = addOntoScatter(graph, scatter, other, shape, dtype);
    if (sum) return sum;
  }
  const [x, y] = [settleIfBuilt(a), settleIfBuilt(b)];
  if (isNegated(x) && isNegated(y)) return scale(add(graph, scale(x, -1), scale(y, -1), shape, dtype), -1);
  if (isNegated(x)) return add(graph, y, x, shape, dtype);
  if (isNegated(y)) {
    const positive = scale(y, -1);
    if (isSameView(x, positive)) return splatView(0, shape, dtype);
    return elementwise(graph, "Sub", [x, positive], shape, dtype);
  }
  if (isSameView(x, y)) return expandAxes(scale(x, 2), shape);
  return elementwise(graph, "Add", [x, y], shape, dtype, { commutative: true });
}

/** A gradient that is scattered and then added to another is scattered straight onto it. */
function addOntoScatter(graph: Graph, scatter: View, other: View, shape: Shape, dtype: DType): View | undefined {
  const { source } = scatter;
  if (source.kind !== "scatter" || source.built !== undefined || !source.isUsedOnce) return undefined;
  if (
    scatter.factor !== 1 ||
    scatter.isReciprocal ||
    scatter.atoms.some((atom, index) => scatter.axes.flat()[index] !== atom)
  )
    return undefined;
  const onto = expandAxes(other, shape);
  return valueView(source.build(materialize(graph, onto)), shape, dtype);
}

/** Lazy sources that are already emitted can be compared by name. */
function settleIfBuilt(v: View): View {
  return (v.source.kind === "product" || v.source.kind === "scatter") && v.source.built !== undefined ? settle(v) : v;
}

export function mul(graph: Graph, a: View, b: View, shape: Shape, dtype: DType): View {
  if (dtype === "bool") return elementwise(graph, "And", [a, b], shape, dtype, { commutative: true });
  const [valueA, valueB] = [splatValue(a), splatValue(b)];
  if (valueA !== undefined && valueB !== undefined) return splatView(valueA * valueB, shape, dtype);
  if (valueA === 0 || valueB === 0) return splatView(0, shape, dtype);
  if (valueA !== undefined) return expandAxes(scale(b, valueA), shape);
  if (valueB !== undefined) return expandAxes(scale(a, valueB), shape);
  // A factor moves on to the product only if the product is not bigger than what carries it.
  const [x, factorX] = takeFactor(graph, a, b);
  const [y, factorY] = takeFactor(graph, b, a);
  return scale(multiply(graph, x, y, shape, dtype), factorX * factorY);
}

function takeFactor(graph: Graph, v: View, other: View): [View, number] {
  if (v.factor === 1) return [v, 1];
  return stored(v) >= stored(other) && v.dtype === "float32" ? [{ ...v, factor: 1 }, v.factor] : [force(graph, v), 1];
}

function multiply(graph: Graph, x: View, y: View, shape: Shape, dtype: DType): View {
  const divides = (v: View, other: View) => v.isReciprocal && stored(v) >= stored(other);
  if (divides(y, x)) return elementwise(graph, "Div", [x, { ...y, isReciprocal: false }], shape, dtype);
  if (divides(x, y)) return elementwise(graph, "Div", [y, { ...x, isReciprocal: false }], shape, dtype);
  return elementwise(graph, "Mul", [x, y], shape, dtype, { commutative: true });
}
