/**
 * @file Trees: parameters and batches are nested records and arrays of leaves.
 *
 * A leaf is anything that is neither a plain record nor an array. Records are walked in the order of their keys, sorted,
 * so that two records with equal contents have equal leaf orders.
 */

/** A leaf, or records and arrays of trees. */
export type Tree<T> = T | { [key: string]: Tree<T> } | Tree<T>[];

/** The same tree with every leaf of type From replaced by To. */
export type Mapped<T, From, To> = T extends From
  ? To
  : T extends object
    ? { [K in keyof T]: Mapped<T[K], From, To> }
    : never;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The leaves with their paths ("blocks.0.up"), in tree order. */
export function leavesWithPaths(tree: unknown, path = ""): [path: string, leaf: unknown][] {
  const below = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.flatMap((child, index) => leavesWithPaths(child, below(index)));
  if (!isRecord(tree)) return [[path, tree]];
  return Object.keys(tree)
    .sort()
    .flatMap((key) => leavesWithPaths(tree[key], below(key)));
}

/** The leaves in tree order. */
export function leaves<T>(tree: unknown): T[] {
  return leavesWithPaths(tree).map(([, leaf]) => leaf as T);
}

/** A tree of the same form as `like` with the given leaves, in tree order. */
export function rebuild<T>(like: unknown, values: readonly T[]): Tree<T> {
  let next = 0;
  const walk = (node: unknown): Tree<T> => {
    if (Array.isArray(node)) return node.map(walk);
    if (!isRecord(node)) return values[next++];
    const filled = Object.fromEntries(
      Object.keys(node)
        .sort()
        .map((key) => [key, walk(node[key])]),
    );
    return Object.fromEntries(Object.keys(node).map((key) => [key, filled[key]]));
  };
  const built = walk(like);
  if (next !== values.length) throw new Error(`A tree of ${next} leaves was given ${values.length} values`);
  return built;
}
