/** @file Sums, maxima, minima and products over axes, without moving data first. */
import { scale } from "./arithmetic.js";
import { arrange, force, nameOf, plain, sizeOf } from "./force.js";
import type { Graph } from "./graph.js";
import { runsOf } from "./lists.js";
import { type Atom, makeView, splatView, type View } from "./view.js";

const OPERATORS: Record<string, string> = { Add: "ReduceSum", Max: "ReduceMax", Min: "ReduceMin", Mul: "ReduceProd" };

/** Reduces the given axes away. */
export function reduce(graph: Graph, operation: string, v: View, reduced: readonly number[]): View {
  const operator = OPERATORS[operation];
  if (operator === undefined) throw new Error(`Cannot compile a reduction by ${operation}`);
  const gone = new Set<Atom>(reduced.flatMap((axis) => v.axes[axis]));
  const axes = v.axes.filter((_, axis) => !reduced.includes(axis));
  const repeats = sizeOf([...gone].filter((atom) => atom.isBroadcast));
  if (operation === "Mul" && repeats > 1) throw new Error("Cannot compile a product over a repeated axis");
  const isLinear = operation === "Add" && v.dtype === "float32" && !v.isReciprocal;
  const forced = force(graph, isLinear ? { ...v, factor: 1 } : v);
  const result = reduceAtoms(graph, operator, { ...forced, axes: v.axes }, gone, axes);
  return scale(result, (isLinear ? v.factor : 1) * (operation === "Add" ? repeats : 1));
}

function reduceAtoms(
  graph: Graph,
  operator: string,
  v: View,
  gone: Set<Atom>,
  axes: readonly (readonly Atom[])[],
): View {
  if (v.source.kind === "splat") return { ...splatView(v.source.value, [], v.dtype), axes };
  const kept = v.atoms.filter((atom) => !gone.has(atom));
  if (kept.length === v.atoms.length) return { ...v, axes };
  const runs = runsOf(v.atoms, (last, next) => gone.has(last) === gone.has(next));
  const sizes = runs.map(sizeOf);
  const isGone = runs.map((run) => gone.has(run[0]));
  const source = graph.reshape(nameOf(v), sizes);
  const reducedAxes = graph.integers(runs.flatMap((_, index) => (isGone[index] ? [index] : [])));
  const shape = sizes.filter((_, index) => !isGone[index]);
  const name = graph.emit(operator, [source, reducedAxes], shape, v.dtype, { attributes: { keepdims: 0 } });
  return makeView({ kind: "value", name }, kept, axes, v.dtype);
}

/** Softmax over the last axis, by the native kernel. */
export function rowSoftmax(graph: Graph, v: View): View {
  const last = v.axes.at(-1)!;
  const order = v.axes.flat().filter((atom) => !atom.isBroadcast);
  const isWhole = last.every((atom) => !atom.isBroadcast);
  if (!isWhole || order.length === 0) return rowSoftmax(graph, { ...plain(graph, v) });
  const columns = sizeOf(last);
  const shape = [sizeOf(order) / columns, columns];
  const rows = graph.reshape(arrange(graph, v, order), shape);
  const name = graph.emit("Softmax", [rows], shape, v.dtype, { attributes: { axis: -1 } });
  return makeView({ kind: "value", name }, order, v.axes, v.dtype);
}
