/**
 * @file Aligning views: operands of one operation get the same division of every axis into pieces.
 */
import type { Shape } from "../tensor.js";
import { plain } from "./force.js";
import type { Graph } from "./graph.js";
import { type Atom, pieces, splatValue, splitAtom, type View } from "./view.js";

/** One piece of an axis: its size, and each operand's atom where it is in that operand's memory. */
export interface Slot {
  size: number;
  atoms: (Atom | undefined)[];
}

export interface Alignment {
  operands: View[];
  /** slots of each axis of the common shape */
  axes: Slot[][];
}

/** Splits the operands' atoms until every axis is divided alike. Operands broadcast to the shape. */
export function align(graph: Graph, views: readonly View[], shape: Shape): Alignment {
  let operands = views.map((v) => padAxes(v, shape.length));
  for (const [axis, size] of shape.entries()) {
    const cuts = [...new Set([1, size, ...operands.flatMap((v) => boundaries(v.axes[axis]))])].sort((a, b) => a - b);
    if (cuts.some((cut, index) => index > 0 && cut % cuts[index - 1] !== 0)) {
      return align(
        graph,
        views.map((v) => plain(graph, v)),
        shape,
      );
    }
    operands = operands.map((v) => cutAxis(v, axis, cuts));
  }
  const axes = shape.map((size, axis): Slot[] => {
    const reference = operands.find((v) => v.axes[axis].length > 0)?.axes[axis];
    if (reference === undefined) return size === 1 ? [] : [{ size, atoms: operands.map(() => undefined) }];
    return reference.map((atom, index) => ({
      size: atom.size,
      atoms: operands.map((v) => inMemory(v.axes[axis][index])),
    }));
  });
  return { operands, axes };
}

function inMemory(atom: Atom | undefined): Atom | undefined {
  return atom?.isBroadcast ? undefined : atom;
}

function padAxes(v: View, rank: number): View {
  return { ...v, axes: [...Array.from({ length: rank - v.axes.length }, () => []), ...v.axes] };
}

/** Strides, in elements of the axis, at which a new atom begins: from the inside out. */
function boundaries(axis: readonly Atom[]): number[] {
  let stride = 1;
  return axis.toReversed().map((atom) => (stride *= atom.size));
}

function cutAxis(v: View, axis: number, cuts: readonly number[]): View {
  let stride = 1;
  let result = v;
  for (const atom of v.axes[axis].toReversed()) {
    const low = stride;
    stride *= atom.size;
    const inside = cuts.filter((cut) => cut > low && cut < stride);
    if (inside.length === 0) continue;
    const edges = [low, ...inside, stride];
    const sizes = edges.slice(1).map((edge, index) => edge / edges[index]);
    result = splitAtom(result, atom, pieces(atom, sizes.reverse()));
  }
  return result;
}

/** Whether two views are certainly equal everywhere. */
export function isSameView(a: View, b: View): boolean {
  const values = [splatValue(a), splatValue(b)];
  if (values[0] !== undefined || values[1] !== undefined) return values[0] === values[1];
  if (a.source.kind !== "value" || b.source.kind !== "value" || a.source.name !== b.source.name) return false;
  if (a.factor !== b.factor || a.isReciprocal !== b.isReciprocal || a.axes.length !== b.axes.length) return false;
  const where = (v: View) =>
    v.axes
      .map((axis) =>
        axis.map((atom) => (atom.isBroadcast ? `b${atom.size}` : `${v.atoms.indexOf(atom)}:${atom.size}`)).join(),
      )
      .join("|");
  return where(a) === where(b);
}
