/**
 * @file `dot`, the sum over the last axis of a broadcast product, becomes MatMul.
 *
 * Each piece of an axis is batch (both operands have it), row (left only), column (right only) or, in the last axis,
 * inner. Transposed operands are read transposed by the kernel; the result's orientation waits for its first consumer.
 */
import type { Shape } from "../tensor.js";
import { align, type Slot } from "./align.js";
import { mul } from "./arithmetic.js";
import { arrange, force } from "./force.js";
import type { Graph } from "./graph.js";
import { product, sameList } from "./lists.js";
import { reduce } from "./reduce.js";
import { Atom, type Role, shapeOf, splatValue, splatView, type View } from "./view.js";

export function dot(graph: Graph, left: View, right: View, shape: Shape): View {
  if (splatValue(left) === 0 || splatValue(right) === 0) return splatView(0, shape, left.dtype);
  const full = broadcastShape(shapeOf(left), shapeOf(right));
  const alpha = linearFactor(left) * linearFactor(right);
  const { operands, axes } = align(graph, [withoutFactor(left), withoutFactor(right)], full);
  const [inner, free] = [axes.at(-1)!, axes.slice(0, -1).flat()];
  const has = (slot: Slot, operand: number) => slot.atoms[operand] !== undefined;
  const rows = free.filter((slot) => has(slot, 0) && !has(slot, 1));
  const columns = free.filter((slot) => has(slot, 1) && !has(slot, 0));
  const batch = free.filter((slot) => has(slot, 0) && has(slot, 1));
  const isMatrixProduct =
    inner.length > 0 && inner.every((slot) => has(slot, 0) && has(slot, 1)) && rows.length + columns.length > 0;
  if (!isMatrixProduct || left.dtype !== "float32") {
    return reduce(graph, "Add", mul(graph, left, right, full, left.dtype), [full.length - 1]);
  }
  const [a, b] = [force(graph, operands[0], []), force(graph, operands[1], [])];
  const leadByA = slotsSize(rows) >= slotsSize(columns);
  const parts = {
    batch: inMemoryOrder(batch, a, 0),
    rows: inMemoryOrder(rows, a, 0),
    columns: inMemoryOrder(columns, b, 1),
    inner: inMemoryOrder(inner, leadByA ? a : b, leadByA ? 0 : 1),
  };
  const leftSide = side(graph, a, 0, parts.batch, parts.rows, parts.inner);
  const rightSide = side(graph, b, 1, parts.batch, parts.columns, parts.inner);
  const build = (isSwapped: boolean) =>
    isSwapped ? matrixProduct(graph, rightSide, leftSide, alpha) : matrixProduct(graph, leftSide, rightSide, alpha);
  const atoms = new Map(free.map((slot) => [slot, new Atom(slot.size, true)]));
  for (const role of ["batch", "rows", "columns"] satisfies Role[]) {
    for (const slot of parts[role]) atoms.set(slot, new Atom(slot.size, false, role));
  }
  return {
    source: { kind: "product", build },
    atoms: [...parts.batch, ...parts.rows, ...parts.columns].map((slot) => atoms.get(slot)!),
    axes: axes.slice(0, -1).map((axis) => axis.map((slot) => atoms.get(slot)!)),
    dtype: "float32",
    factor: 1,
    isReciprocal: false,
  };
}

const slotsSize = (slots: readonly Slot[]) => product(slots.map((slot) => slot.size));
const linearFactor = (v: View) => (v.isReciprocal || v.source.kind === "splat" ? 1 : v.factor);
const withoutFactor = (v: View): View => (v.isReciprocal || v.source.kind === "splat" ? v : { ...v, factor: 1 });

function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const padded = [a, b].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  return padded[0].map((size, axis) => Math.max(size, padded[1][axis]));
}

function inMemoryOrder(slots: readonly Slot[], v: View, operand: number): Slot[] {
  return slots.toSorted((p, q) => v.atoms.indexOf(p.atoms[operand]!) - v.atoms.indexOf(q.atoms[operand]!));
}

/** One operand, ready as [batch?, outer, inner] or, if that is how it lies, [batch?, inner, outer]. */
interface Side {
  name: string;
  batch: number[];
  outer: number;
  inner: number;
  isInnerLast: boolean;
}

function side(graph: Graph, v: View, operand: number, batch: Slot[], outer: Slot[], inner: Slot[]): Side {
  const atoms = (slots: Slot[]) => slots.map((slot) => slot.atoms[operand]!);
  const straight = [...atoms(batch), ...atoms(outer), ...atoms(inner)];
  const turned = [...atoms(batch), ...atoms(inner), ...atoms(outer)];
  const last = v.atoms.at(-1);
  const isTurned =
    !sameList(v.atoms, straight) && (sameList(v.atoms, turned) || (turned.at(-1) === last && straight.at(-1) !== last));
  return {
    name: arrange(graph, v, isTurned ? turned : straight),
    batch: batch.length > 0 ? [slotsSize(batch)] : [],
    outer: slotsSize(outer),
    inner: slotsSize(inner),
    isInnerLast: !isTurned,
  };
}

/** left [rows, inner] times right [columns, inner] transposed, whichever way they lie. */
function matrixProduct(graph: Graph, left: Side, right: Side, alpha: number): string {
  const matrix = ({ name, batch, outer, inner, isInnerLast }: Side) =>
    graph.reshape(name, [...batch, ...(isInnerLast ? [outer, inner] : [inner, outer])]);
  const inputs = [matrix(left), matrix(right)];
  const shape = [...left.batch, left.outer, right.outer];
  if (left.isInnerLast && !right.isInnerLast && alpha === 1) return graph.emit("MatMul", inputs, shape, "float32");
  const attributes = { transA: left.isInnerLast ? 0 : 1, transB: right.isInnerLast ? 1 : 0, alpha: { float: alpha } };
  return graph.emit("FusedMatMul", inputs, shape, "float32", { attributes });
}
