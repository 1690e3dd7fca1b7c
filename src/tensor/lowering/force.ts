/**
 * @file Resolving views: lazy factors, lazy products, memory order. The only readers of a view's source.
 */
import type { Shape } from "../tensor.js";
import type { Graph } from "./graph.js";
import { product, runsOf, sameList } from "./lists.js";
import {
  type Atom,
  type LazyProduct,
  makeView,
  reshapeView,
  shapeOf,
  splatValue,
  splatView,
  type View,
  valueView,
} from "./view.js";

/** A view whose value is in memory (or a splat), without lazy factor or reciprocal. */
export function force(graph: Graph, v: View, wanted?: readonly Atom[]): View {
  const value = splatValue(v);
  if (value !== undefined) return { ...v, source: { kind: "splat", value }, factor: 1, isReciprocal: false };
  const settled = settle(v, wanted);
  if (settled.factor === 1 && !settled.isReciprocal) return settled;
  const name = nameOf(settled);
  const shape = graph.shape(name);
  return {
    ...makeView({ kind: "value", name: applyFactor(graph, settled, name, shape) }, v.atoms, v.axes, v.dtype),
    atoms: settled.atoms,
  };
}

function applyFactor(graph: Graph, { factor, isReciprocal, dtype }: View, name: string, shape: Shape): string {
  if (isReciprocal && factor === 1) return graph.emit("Reciprocal", [name], shape, dtype);
  const scalar = () => graph.scalar(factor, dtype);
  if (isReciprocal) return graph.emit("Div", [scalar(), name], shape, dtype);
  if (factor === -1) return graph.emit("Neg", [name], shape, dtype);
  return graph.emit("Mul", [name, scalar()], shape, dtype, { commutative: true });
}

/** Decides what is lazy about the source, and keeps factor and reciprocal. */
export function settle(v: View, wanted: readonly Atom[] = v.axes.flat()): View {
  const { source } = v;
  if (source.kind === "scatter") {
    source.built ??= source.build();
    return { ...v, source: { kind: "value", name: source.built } };
  }
  if (source.kind !== "product") return v;
  if (source.built === undefined) {
    const isSwapped = prefersSwap(v, wanted);
    source.built = { name: source.build(isSwapped), isSwapped };
  }
  return { ...v, source: { kind: "value", name: source.built.name }, atoms: orient(v.atoms, source.built.isSwapped) };
}

function prefersSwap(v: View, wanted: readonly Atom[]): boolean {
  const present = wanted.filter((atom) => v.atoms.includes(atom));
  const straight = orient(v.atoms, false);
  const swapped = orient(v.atoms, true);
  if (sameList(straight, present)) return false;
  if (sameList(swapped, present)) return true;
  return straight.at(-1) !== present.at(-1) && swapped.at(-1) === present.at(-1);
}

/** The memory order of a product's atoms in one of its two orientations. */
function orient(atoms: readonly Atom[], isSwapped: boolean): Atom[] {
  const part = (role: Atom["role"]) => atoms.filter((atom) => atom.role === role);
  return [
    ...part("batch"),
    ...(isSwapped ? [...part("columns"), ...part("rows")] : [...part("rows"), ...part("columns")]),
  ];
}

/** Whether a view is a matrix product whose orientation is still open. */
export function isOpen(v: View): boolean {
  return v.source.kind === "product" && (v.source as LazyProduct).built === undefined;
}

/** The name of a forced or settled view's value. */
export function nameOf(v: View): string {
  if (v.source.kind !== "value") throw new Error(`A ${v.source.kind} has no name yet`);
  return v.source.name;
}

/** Name of a value that holds the view's atoms in the given order (in some shape). */
export function arrange(graph: Graph, v: View, order: readonly Atom[]): string {
  const forced = force(graph, v, order);
  const name = nameOf(forced);
  if (sameList(forced.atoms, order)) return name;
  const position = new Map(order.map((atom, index) => [atom, index]));
  const runs = runsOf(forced.atoms, (last, next) => position.get(last)! + 1 === position.get(next));
  const sizes = runs.map(sizeOf);
  const perm = runs.map((_, index) => index).sort((a, b) => position.get(runs[a][0])! - position.get(runs[b][0])!);
  const source = graph.reshape(name, sizes);
  return graph.emit(
    "Transpose",
    [source],
    perm.map((index) => sizes[index]),
    graph.dtype(name),
    { attributes: { perm } },
  );
}

export function sizeOf(atoms: readonly Atom[]): number {
  return product(atoms.map((atom) => atom.size));
}

/** Name of a value that holds the view in row-major order in its shape. */
export function materialize(graph: Graph, v: View): string {
  const shape = shapeOf(v);
  const value = splatValue(v);
  if (value !== undefined) {
    const scalar = graph.scalar(value, v.dtype);
    return shape.length === 0 ? scalar : graph.emit("Expand", [scalar, graph.integers(shape)], shape, v.dtype);
  }
  const atoms = v.axes.flat();
  const inMemory = atoms.filter((atom) => !atom.isBroadcast);
  const name = arrange(graph, v, inMemory);
  if (inMemory.length === atoms.length) return graph.reshape(name, shape);
  const sizes = atoms.map((atom) => atom.size);
  const thin = graph.reshape(
    name,
    atoms.map((atom) => (atom.isBroadcast ? 1 : atom.size)),
  );
  return graph.reshape(graph.emit("Expand", [thin, graph.integers(sizes)], sizes, v.dtype), shape);
}

/** The view as a plain row-major one. */
export function plain(graph: Graph, v: View): View {
  return plainAs(graph, v, shapeOf(v));
}

/** Another shape: by regrouping atoms if their edges allow it, otherwise by moving the value into row-major order. */
export function reshaped(graph: Graph, v: View, shape: Shape): View {
  return reshapeView(v, shape) ?? plainAs(graph, v, shape);
}

function plainAs(graph: Graph, v: View, shape: Shape): View {
  const value = splatValue(v);
  if (value !== undefined) return splatView(value, shape, v.dtype);
  return valueView(graph.reshape(materialize(graph, v), shape), shape, v.dtype);
}
