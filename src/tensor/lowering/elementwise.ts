/**
 * @file Elementwise nodes with implicit broadcasting: no operand is ever expanded, few are transposed.
 */
import type { DType, Shape } from "../tensor.js";
import { align, type Slot } from "./align.js";
import { arrange, force, isOpen, nameOf } from "./force.js";
import type { Graph } from "./graph.js";
import { product, runsOf } from "./lists.js";
import { Atom, makeView, splatValue, type View } from "./view.js";

interface ElementwiseOptions {
  commutative?: boolean;
  attributes?: Record<string, number>;
}

/** operator(operands...) in a broadcast shape. */
export function elementwise(
  graph: Graph,
  operator: string,
  views: readonly View[],
  shape: Shape,
  dtype: DType,
  options: ElementwiseOptions = {},
): View {
  const { operands, axes } = align(graph, views, shape);
  const slots = axes.flat();
  const order = memoryOrder(graph, operands, slots);
  const groups = runsOf(order, (last, next) => presence(last) === presence(next));
  const inputs = operands.map((v, operand) => input(graph, v, operand, order));
  const common = commonShape(graph, inputs, groups, operands);
  const fitted = inputs.map((name, operand) =>
    isSplat(operands[operand]) ? name : graph.reshape(name, common ?? thinShape(groups, operand)),
  );
  const resultShape = common ?? groups.map(slotsSize);
  const name = graph.emit(operator, fitted, resultShape, dtype, options);
  const atoms = new Map(slots.map((slot) => [slot, new Atom(slot.size, !order.includes(slot))]));
  const axesOut = axes.map((axis) => axis.map((slot) => atoms.get(slot)!));
  return makeView(
    { kind: "value", name },
    order.map((slot) => atoms.get(slot)!),
    axesOut,
    dtype,
  );
}

/** operator(x) of one operand, in its own layout. */
export function unary(
  graph: Graph,
  operator: string,
  v: View,
  dtype: DType = v.dtype,
  attributes: Record<string, number> = {},
): View {
  const forced = force(graph, v);
  const name = forced.source.kind === "splat" ? graph.scalar(forced.source.value, v.dtype) : nameOf(forced);
  const output = graph.emit(operator, [name], graph.shape(name), dtype, { attributes });
  return makeView({ kind: "value", name: output }, forced.atoms, forced.axes, dtype);
}

const isSplat = (v: View) => splatValue(v) !== undefined;
const presence = (slot: Slot) => slot.atoms.map((atom) => (atom ? 1 : 0)).join("");
const slotsSize = (slots: readonly Slot[]) => product(slots.map((slot) => slot.size));

/** The slots that are in any operand's memory, in the order the result will have: that of the biggest operand. */
function memoryOrder(graph: Graph, operands: View[], slots: readonly Slot[]): Slot[] {
  const present = slots.filter((slot) => slot.atoms.some(Boolean));
  const size = (operand: number) => slotsSize(slots.filter((slot) => slot.atoms[operand]));
  const candidates = operands.flatMap((v, operand) => (isSplat(v) ? [] : [operand]));
  const main = candidates.sort(
    (a, b) => size(b) - size(a) || Number(isOpen(operands[a])) - Number(isOpen(operands[b])),
  )[0];
  if (main === undefined || !present.every((slot) => slot.atoms[main])) return present;
  operands[main] = force(graph, operands[main]);
  return operands[main].atoms.map((atom) => present.find((slot) => slot.atoms[main] === atom)!);
}

function input(graph: Graph, v: View, operand: number, order: readonly Slot[]): string {
  const value = splatValue(v);
  if (value !== undefined) return graph.scalar(value, v.dtype);
  const atoms = order.flatMap((slot) => slot.atoms[operand] ?? []);
  return arrange(graph, v, atoms);
}

/** If every operand covers the result, the shape one of them already has: saves a Reshape before and after. */
function commonShape(
  graph: Graph,
  inputs: readonly string[],
  groups: readonly Slot[][],
  operands: readonly View[],
): Shape | undefined {
  const first = operands.findIndex((v) => !isSplat(v));
  const areAllWhole =
    groups.length === 1 && groups[0][0].atoms.every((atom, operand) => atom || isSplat(operands[operand]));
  return areAllWhole && first >= 0 ? graph.shape(inputs[first]) : undefined;
}

/** The operand's shape for implicit broadcasting: size 1 where it is repeated, leading ones dropped. */
function thinShape(groups: readonly Slot[][], operand: number): Shape {
  const shape = groups.map((group) => (group[0].atoms[operand] ? slotsSize(group) : 1));
  const first = shape.findIndex((size) => size > 1);
  return first < 0 ? [] : shape.slice(first);
}
