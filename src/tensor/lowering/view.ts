/**
 * @file Views: values whose layout is decided as late as possible.
 *
 * A view is a source in memory, the atoms of its memory in order, and the axes of its shape, each a list of atoms.
 * Reshape splits atoms, transpose reorders axes, broadcast adds atoms that are not in memory: none of them moves data.
 * A view may also carry a lazy factor (negation is a factor of -1) or a lazy reciprocal. Nothing outside `force.ts`
 * may read the source of a view without resolving these first.
 */
import type { DType, Shape } from "../tensor.js";
import { product } from "./lists.js";

/** Which part of a matrix product's result an atom belongs to, as long as its orientation is open. */
export type Role = "batch" | "rows" | "columns";

/** A piece of an axis. Compared by identity. Never of size 1: axes of size 1 have no atoms. */
export class Atom {
  constructor(
    readonly size: number,
    /** repeated: not in memory */
    readonly isBroadcast = false,
    readonly role?: Role,
  ) {}
}

/** A matrix product whose orientation is chosen by its first consumer. */
export interface LazyProduct {
  kind: "product";
  /** emits it, as [batch, rows, columns] or, swapped, [batch, columns, rows] */
  build: (isSwapped: boolean) => string;
  built?: { name: string; isSwapped: boolean };
}

/** A scatter-add into zeros, which can also add straight onto another value. */
export interface LazyScatter {
  kind: "scatter";
  /** emits it onto a value of the same shape in row-major order; zeros if there is none */
  build: (onto?: string) => string;
  built?: string;
  /** whether nothing but the consumer at hand reads it */
  isUsedOnce: boolean;
}

export type Source = { kind: "value"; name: string } | { kind: "splat"; value: number } | LazyProduct | LazyScatter;

export interface View {
  readonly source: Source;
  /** atoms in memory, outermost first (none for a splat) */
  readonly atoms: readonly Atom[];
  readonly axes: readonly (readonly Atom[])[];
  readonly dtype: DType;
  /** the value is factor * source, or factor / source */
  readonly factor: number;
  readonly isReciprocal: boolean;
}

export function shapeOf(view: View): number[] {
  return view.axes.map((axis) => product(axis.map((atom) => atom.size)));
}

/** How many elements are in memory. */
export function stored(view: View): number {
  return product(view.axes.flat().map((atom) => (atom.isBroadcast ? 1 : atom.size)));
}

/** A view of a source, without factor. */
export function makeView(
  source: Source,
  atoms: readonly Atom[],
  axes: readonly (readonly Atom[])[],
  dtype: DType,
): View {
  return { source, atoms, axes, dtype, factor: 1, isReciprocal: false };
}

/** A view of a value that lies in memory in row-major order. */
export function plainView(source: Source, shape: Shape, dtype: DType): View {
  const axes = shape.map((size) => (size === 1 ? [] : [new Atom(size)]));
  return makeView(source, axes.flat(), axes, dtype);
}

export function valueView(name: string, shape: Shape, dtype: DType): View {
  return plainView({ kind: "value", name }, shape, dtype);
}

/** One number everywhere. */
export function splatView(value: number, shape: Shape, dtype: DType): View {
  const axes = shape.map((size) => (size === 1 ? [] : [new Atom(size, true)]));
  return makeView({ kind: "splat", value }, [], axes, dtype);
}

/** The number a view is everywhere, if it is one. */
export function splatValue({ source, factor, isReciprocal }: View): number | undefined {
  if (source.kind !== "splat") return undefined;
  return isReciprocal ? factor / source.value : factor * source.value;
}

/** Splits one atom into parts, everywhere in a view. */
export function splitAtom(v: View, atom: Atom, parts: readonly Atom[]): View {
  const replace = (list: readonly Atom[]) => list.flatMap((other) => (other === atom ? parts : [other]));
  return { ...v, atoms: replace(v.atoms), axes: v.axes.map(replace) };
}

/** Pieces of an atom with the given sizes, of the same kind. */
export function pieces(atom: Atom, sizes: readonly number[]): Atom[] {
  return sizes.map((size) => new Atom(size, atom.isBroadcast, atom.role));
}

export function transposeView(v: View, order: readonly number[]): View {
  return { ...v, axes: order.map((axis) => v.axes[axis]) };
}

/** Axes of size 1 become broadcast axes of the wanted size. */
export function expandAxes(v: View, shape: Shape): View {
  const missing = shape.length - v.axes.length;
  const axes = shape.map((size, index) => {
    const axis = index < missing ? [] : v.axes[index - missing];
    return axis.length > 0 || size === 1 ? axis : [new Atom(size, true)];
  });
  return { ...v, axes };
}

/** The `broadcast` primitive: inserts new axes at the given positions of the result, then expands those of size 1. */
export function broadcastView(v: View, shape: Shape, inserted: readonly number[]): View {
  let next = 0;
  const axes = shape.map((_, index) => (inserted.includes(index) ? [] : v.axes[next++]));
  return expandAxes({ ...v, axes }, shape);
}

/** Splits and regroups atoms into another shape; undefined if an axis boundary cuts an atom unevenly. */
export function reshapeView(v: View, shape: Shape): View | undefined {
  let result = v;
  const queue = v.axes.flat();
  const groups: Atom[][] = [];
  for (const size of shape) {
    const group: Atom[] = [];
    let missing = size;
    while (missing > 1) {
      const atom = queue.shift();
      if (atom === undefined) return undefined;
      if (missing % atom.size === 0) {
        group.push(atom);
        missing /= atom.size;
      } else if (atom.size % missing === 0) {
        const [head, tail] = pieces(atom, [missing, atom.size / missing]);
        result = splitAtom(result, atom, [head, tail]);
        queue.unshift(tail);
        group.push(head);
        missing = 1;
      } else return undefined;
    }
    groups.push(group);
  }
  return { ...result, axes: groups };
}
