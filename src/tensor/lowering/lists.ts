/** @file Small functions on lists that the lowering uses everywhere. */

export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

export function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Cuts a list into runs: an item joins the run before it if `joins(last item of the run, item)`. */
export function runsOf<T>(items: readonly T[], joins: (last: T, next: T) => boolean): T[][] {
  const runs: T[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run && joins(run.at(-1)!, item)) run.push(item);
    else runs.push([item]);
  }
  return runs;
}
