/**
 * @file Cutting, padding and joining along an axis, in whatever order the operands lie in memory.
 *
 * An axis that is one atom in memory is cut where it is; only an axis in several pieces makes the value move first.
 */
import type { DType, Shape } from "../tensor.js";
import { force, materialize, nameOf, plain } from "./force.js";
import type { Graph } from "./graph.js";
import { Atom, makeView, shapeOf, splatValue, splatView, type View, valueView } from "./view.js";

type Range = readonly [number, number];

/** The box from start (inclusive) to end (exclusive) on every axis. */
export function shrink(graph: Graph, v: View, box: readonly Range[], shape: Shape): View {
  const value = splatValue(v);
  if (value !== undefined) return splatView(value, shape, v.dtype);
  const source = shapeOf(v);
  const cut = box.flatMap(([start, end], axis) => (start > 0 || end < source[axis] ? [{ axis, start, end }] : []));
  const emit = (name: string, axes: number[], result: Shape) => {
    const bounds = [cut.map((c) => c.start), cut.map((c) => c.end), axes].map((list) => graph.integers(list));
    return graph.emit("Slice", [name, ...bounds], result, v.dtype);
  };
  return alongAxes(
    graph,
    v,
    cut.map((c) => c.axis),
    shape,
    emit,
  );
}

/** Adds zeros before and after on every axis. */
export function pad(graph: Graph, v: View, width: readonly Range[], shape: Shape): View {
  if (splatValue(v) === 0) return splatView(0, shape, v.dtype);
  const padded = width.flatMap(([before, after], axis) => (before > 0 || after > 0 ? [{ axis, before, after }] : []));
  const emit = (name: string, axes: number[], result: Shape) => {
    const sides = new Array<number>(2 * result.length).fill(0);
    padded.forEach(({ before, after }, index) => {
      sides[axes[index]] = before;
      sides[axes[index] + result.length] = after;
    });
    return graph.emit("Pad", [name, graph.integers(sides)], result, v.dtype);
  };
  return alongAxes(
    graph,
    v,
    padded.map((p) => p.axis),
    shape,
    emit,
  );
}

type Emit = (name: string, axes: number[], shape: Shape) => string;

/** Applies an operation that changes the sizes of some axes, in memory order if each of them is one atom. */
function alongAxes(graph: Graph, v: View, changed: readonly number[], shape: Shape, emit: Emit): View {
  const forced = splatValue(v) === undefined ? force(graph, v) : v;
  const atoms = changed.map((axis) => (forced.axes[axis].length === 1 ? forced.axes[axis][0] : undefined));
  if (!atoms.every((atom) => atom && !atom.isBroadcast) || changed.some((axis) => shape[axis] === 1)) {
    return valueView(emit(materialize(graph, v), [...changed], shape), shape, v.dtype);
  }
  const resized = new Map(atoms.map((atom, index) => [atom, new Atom(shape[changed[index]])]));
  const replace = (list: readonly Atom[]) => list.map((atom) => resized.get(atom) ?? atom);
  const before = graph.reshape(
    nameOf(forced),
    forced.atoms.map((atom) => atom.size),
  );
  const after = replace(forced.atoms);
  const positions = atoms.map((atom) => forced.atoms.indexOf(atom!));
  const name = emit(
    before,
    positions,
    after.map((atom) => atom.size),
  );
  return makeView({ kind: "value", name }, after, forced.axes.map(replace), v.dtype);
}

/** Joins values along an axis, in the memory order of the first if the others are alike. */
export function concatenate(graph: Graph, views: readonly View[], axis: number, shape: Shape, dtype: DType): View {
  const forced = views.map((v) => (splatValue(v) === undefined ? force(graph, v) : plain(graph, v)));
  const form = (v: View) =>
    v.axes.map((atoms, at) => atoms.map((a) => `${v.atoms.indexOf(a)}:${at === axis ? "" : a.size}`).join()).join("|");
  const isAlike = forced.every(
    (v) => v.source.kind === "value" && v.axes[axis].length === 1 && form(v) === form(forced[0]),
  );
  if (!isAlike || forced.some((v) => v.axes.flat().some((atom) => atom.isBroadcast))) {
    const names = views.map((v) => materialize(graph, v));
    return valueView(graph.emit("Concat", names, shape, dtype, { attributes: { axis } }), shape, dtype);
  }
  const [first] = forced;
  const joined = new Atom(shape[axis]);
  const replace = (list: readonly Atom[]) => list.map((atom) => (atom === first.axes[axis][0] ? joined : atom));
  const names = forced.map((v) =>
    graph.reshape(
      nameOf(v),
      v.atoms.map((atom) => atom.size),
    ),
  );
  const atoms = replace(first.atoms);
  const attributes = { axis: atoms.indexOf(joined) };
  const name = graph.emit(
    "Concat",
    names,
    atoms.map((atom) => atom.size),
    dtype,
    { attributes },
  );
  return makeView({ kind: "value", name }, atoms, first.axes.map(replace), dtype);
}

/** Reverses axes. */
export function flip(graph: Graph, v: View, axes: readonly number[], shape: Shape): View {
  const bounds = [axes.map(() => -1), axes.map((axis) => -shape[axis] - 1), axes, axes.map(() => -1)];
  const inputs = [materialize(graph, v), ...bounds.map((list) => graph.integers(list))];
  return valueView(graph.emit("Slice", inputs, shape, v.dtype), shape, v.dtype);
}
