/**
 * @file Rows by index and back: gather and scatter-add.
 *
 * ScatterND(add) of the CPU kernels loses updates when indices repeat and more than one thread runs; ScatterElements
 * does not (it runs on one thread), so everything here scatters with ScatterElements, element by element.
 */
import type { Shape } from "../tensor.js";
import { materialize } from "./force.js";
import type { Graph } from "./graph.js";
import { product } from "./lists.js";
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
  const size = product(shape);
  const build = (onto?: string) => {
    const back = inverse(moveBlock(flat.shape.length, rest.length, outDim));
    const data = graph.reshape(materialize(graph, transposeView(updates, back)), [count * width]);
    const index = elementIndex(graph, flat.name, count, width);
    const zeros = () => graph.emit("ConstantOfShape", [graph.integers([size])], [size], updates.dtype);
    const base = onto === undefined ? zeros() : graph.reshape(onto, [size]);
    const attributes = { axis: 0, reduction: "add" };
    return graph.emit("ScatterElements", [base, index, data], [size], updates.dtype, { attributes });
  };
  const permuted = order.map((position) => shape[position]);
  const isUsedOnceInPlace = isUsedOnce && order.every((position, at) => position === at);
  const view = plainView({ kind: "scatter", build, isUsedOnce: isUsedOnceInPlace }, permuted, updates.dtype);
  return transposeView(view, inverse(order));
}

/** Positions of whole rows in flat memory, as a list: the kernel walks one axis twice as fast as two. */
function elementIndex(graph: Graph, rows: string, count: number, width: number): string {
  const column = graph.reshape(rows, [count, 1]);
  const starts = graph.emit("Mul", [column, graph.scalar(width, "int64")], [count, 1], "int64");
  const within = graph.integers(Array.from({ length: width }, (_, index) => index));
  return graph.reshape(graph.emit("Add", [starts, within], [count, width], "int64"), [count * width]);
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
