/**
 * @file Byte-pair merging of one word.
 *
 * The pair with the lowest rank is merged first, the leftmost of equals; a heap keeps this near-linear, so a long run
 * of letters without a space (Chinese, DNA) costs no more per byte than a short word.
 */

/** For a pair of token ids, keyed by `pairKey`: merge rank and the id it makes. */
export type Merges = ReadonlyMap<number, { rank: number; id: number }>;

export function pairKey(left: number, right: number): number {
  return left * 2 ** 26 + right;
}

/** Merges a word's byte ids in place of a copy. @returns token ids, left to right */
export function mergeWord(start: Uint32Array, merges: Merges): Uint32Array {
  const ids = start.slice();
  const length = ids.length;
  const next = Int32Array.from(ids, (_, at) => at + 1);
  const previous = Int32Array.from(ids, (_, at) => at - 1);
  const alive = new Uint8Array(length).fill(1);
  const heap = new Heap();
  // One number orders by rank, then by position; ranks stay below 2^21, positions below 2^31.
  const propose = (at: number) => {
    if (at < 0 || next[at] >= length) return;
    const merge = merges.get(pairKey(ids[at], ids[next[at]]));
    if (merge) heap.push(merge.rank * 2 ** 31 + at);
  };
  for (let at = 0; at + 1 < length; at++) propose(at);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top % 2 ** 31;
    if (!alive[at] || next[at] >= length) continue;
    const right = next[at];
    const merge = merges.get(pairKey(ids[at], ids[right]));
    if (merge?.rank !== Math.floor(top / 2 ** 31)) continue; // the pair has changed since it was proposed
    ids[at] = merge.id;
    alive[right] = 0;
    next[at] = next[right];
    if (next[at] < length) previous[next[at]] = at;
    propose(previous[at]);
    propose(at);
  }
  return ids.filter((_, at) => alive[at] === 1);
}

/** A binary min-heap of numbers. */
class Heap {
  private readonly items: number[] = [];

  push(value: number): void {
    let at = this.items.push(value) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.items[parent] <= value) break;
      this.items[at] = this.items[parent];
      at = parent;
    }
    this.items[at] = value;
  }

  pop(): number | undefined {
    const top = this.items[0];
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.items.length) break;
      if (child + 1 < this.items.length && this.items[child + 1] < this.items[child]) child++;
      if (this.items[child] >= last) break;
      this.items[at] = this.items[child];
      at = child;
    }
    this.items[at] = last;
    return top;
  }
}
