/**
 * @file Rows by index and back: gather, scatter-add, and the cutting and joining of tensors.
 *
 * ScatterND(add) of the CPU kernels loses updates when indices repeat and more than one thread runs; ScatterElements
 * does not, so everything here scatters with ScatterElements over expanded indices.
 */
import type { DType, Shape } from "../tensor.js";
import { materialize } from "./force.js";
import { type Graph, product } from "./graph.js";
import { expandAxes, plainView, shapeOf, splatValue, splatView, transposeView, type View, valueView } from "./view.js";

export interface GatherParams {
  axis: number[];
  outDim: number;
}

export interface ScatterParams extends GatherParams {
  op: string;
  shape: number[];
}

/** x indexed along some axes; the indices' shape takes position outDim of the result. */
export function gather(
  graph: Graph,
  x: View,
  indices: readonly View[],
  { axis, outDim }: GatherParams,
  shape: Shape,
): View {
  const value = splatValue(x);
  if (value !== undefined) return splatView(value, shape, x.dtype);
  const source = shapeOf(x);
  const { order, rest, sizes } = indexedFirst(source, axis);
  const flat = linearIndex(graph, indices, sizes);
  const table = graph.reshape(materialize(graph, transposeView(x, order)), [product(sizes), ...rest]);
  const found = graph.emit("Gather", [table, flat.name], [...flat.shape, ...rest], x.dtype, {
    attributes: { axis: 0 },
  });
  const result = valueView(found, [...flat.shape, ...rest], x.dtype);
  return transposeView(result, moveBlock(flat.shape.length, rest.length, outDim));
}

/** Zeros of a shape, with updates added at the indices: the transpose of gather. */
export function scatter(
  graph: Graph,
  updates: View,
  indices: readonly View[],
  params: ScatterParams,
  isUsedOnce: boolean,
): View {
  const { axis, outDim, shape } = params;
  if (params.op !== "add") throw new Error(`Cannot compile a scatter by "${params.op}"`);
  const { order, rest, sizes } = indexedFirst(shape, axis);
  const flat = linearIndex(graph, indices, sizes);
  const count = product(flat.shape);
  const width = product(rest);
  const table = [product(sizes), width];
  const build = (onto?: string) => {
    const back = inverse(moveBlock(flat.shape.length, rest.length, outDim));
    const data = graph.reshape(materialize(graph, transposeView(updates, back)), [count, width]);
    const column = graph.reshape(flat.name, [count, 1]);
    const index = graph.emit("Expand", [column, graph.integers([count, width])], [count, width], "int64");
    const zeros = () => graph.emit("ConstantOfShape", [graph.integers(table)], table, updates.dtype);
    const base = onto === undefined ? zeros() : graph.reshape(onto, table);
    const attributes = { axis: 0, reduction: "add" };
    return graph.emit("ScatterElements", [base, index, data], table, updates.dtype, { attributes });
  };
  const permuted = order.map((position) => shape[position]);
  const isUsedOnceInPlace = isUsedOnce && order.every((position, at) => position === at);
  const view = plainView({ kind: "scatter", build, isUsedOnce: isUsedOnceInPlace }, permuted, updates.dtype);
  return transposeView(view, inverse(order));
}

/** The permutation that brings the indexed axes to the front, the other sizes, and the indexed sizes. */
function indexedFirst(shape: Shape, axis: readonly number[]) {
  const others = shape.map((_, position) => position).filter((position) => !axis.includes(position));
  return {
    order: [...axis, ...others],
    rest: others.map((position) => shape[position]),
    sizes: axis.map((position) => shape[position]),
  };
}

/** One int64 index into the flattened indexed axes. */
function linearIndex(
  graph: Graph,
  indices: readonly View[],
  sizes: readonly number[],
): { name: string; shape: number[] } {
  const shapes = indices.map(shapeOf);
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((s) => s[axis - rank + s.length] ?? 1)),
  );
  const names = indices.map((index) => graph.cast(materialize(graph, expandAxes(index, shape)), "int64"));
  const name = names.reduce((sum, next, position) => {
    const scaled = graph.emit("Mul", [sum, graph.scalar(sizes[position], "int64")], shape, "int64");
    return graph.emit("Add", [scaled, next], shape, "int64");
  });
  return { name, shape };
}

/** Axis order that moves a leading block of axes to position `to` among the others. */
function moveBlock(block: number, others: number, to: number): number[] {
  const moved = Array.from({ length: block }, (_, index) => index);
  const rest = Array.from({ length: others }, (_, index) => block + index);
  return [...rest.slice(0, to), ...moved, ...rest.slice(to)];
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, position) => order.indexOf(position));
}

export function concatenate(graph: Graph, views: readonly View[], axis: number, shape: Shape, dtype: DType): View {
  const names = views.map((v) => materialize(graph, v));
  return valueView(graph.emit("Concat", names, shape, dtype, { attributes: { axis } }), shape, dtype);
}

/** The box from start (inclusive) to end (exclusive) on every axis. */
export function shrink(graph: Graph, v: View, box: readonly (readonly [number, number])[], shape: Shape): View {
  const value = splatValue(v);
  if (value !== undefined) return splatView(value, shape, v.dtype);
  const source = shapeOf(v);
  const cut = box.flatMap(([start, end], axis) => (start > 0 || end < source[axis] ? [{ axis, start, end }] : []));
  const bounds = [cut.map((c) => c.start), cut.map((c) => c.end), cut.map((c) => c.axis)].map((list) =>
    graph.integers(list),
  );
  return valueView(graph.emit("Slice", [materialize(graph, v), ...bounds], shape, v.dtype), shape, v.dtype);
}

/** Reverses axes. */
export function flip(graph: Graph, v: View, axes: readonly number[], shape: Shape): View {
  const bounds = [axes.map(() => -1), axes.map((axis) => -shape[axis] - 1), axes, axes.map(() => -1)];
  const inputs = [materialize(graph, v), ...bounds.map((list) => graph.integers(list))];
  return valueView(graph.emit("Slice", inputs, shape, v.dtype), shape, v.dtype);
}

/** Adds zeros before and after on every axis. */
export function pad(graph: Graph, v: View, width: readonly (readonly [number, number])[], shape: Shape): View {
  if (splatValue(v) === 0) return splatView(0, shape, v.dtype);
  const sides = [...width.map(([before]) => before), ...width.map(([, after]) => after)];
  return valueView(graph.emit("Pad", [materialize(graph, v), graph.integers(sides)], shape, v.dtype), shape, v.dtype);
}
