/**
 * @file Byte-pair merging of one word.
 *
 * The pair with the lowest rank is merged first, the leftmost of equals. Short words look at all their pairs again for
 * every merge; long ones keep them in a heap, so that a long run of letters without a space (Chinese, DNA) costs no more
 * per byte. A word takes about 40 bytes of memory per byte while it is merged.
 */

/** Words up to this many bytes are merged without a heap. */
const SHORT_WORD = 48;
const NO_SLOT = -1;

/** The merges of a vocabulary: for a pair of token ids, its rank and the id it makes. An open-addressing hash table. */
export class Merges {
  private pairs = 0;
  private mask = 0;
  private lefts = new Int32Array();
  private rights = new Int32Array();
  /** By slot. */
  ranks = new Int32Array();
  ids = new Int32Array();

  constructor(expected = 1024) {
    this.resize(2 ** Math.ceil(Math.log2(expected * 2 + 16)));
  }

  /** Adds a pair, or changes the one that is there. Ranks are below 2^21, ids below 2^31. */
  set(left: number, right: number, rank: number, id: number): void {
    if (2 * (this.pairs + 1) > this.ids.length) this.resize(2 * this.ids.length);
    let slot = this.home(left, right);
    while (this.lefts[slot] >= 0 && (this.lefts[slot] !== left || this.rights[slot] !== right))
      slot = (slot + 1) & this.mask;
    if (this.lefts[slot] < 0) this.pairs++;
    this.lefts[slot] = left;
    this.rights[slot] = right;
    this.ranks[slot] = rank;
    this.ids[slot] = id;
  }

  /** Slot of a pair, -1 when it does not merge. */
  find(left: number, right: number): number {
    for (let slot = this.home(left, right); ; slot = (slot + 1) & this.mask) {
      if (this.lefts[slot] === left && this.rights[slot] === right) return slot;
      if (this.lefts[slot] < 0) return NO_SLOT;
    }
  }

  private home(left: number, right: number): number {
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }

  private resize(slots: number): void {
    const { lefts, rights, ranks, ids } = this;
    this.mask = slots - 1;
    this.pairs = 0;
    this.lefts = new Int32Array(slots).fill(NO_SLOT);
    this.rights = new Int32Array(slots);
    this.ranks = new Int32Array(slots);
    this.ids = new Int32Array(slots);
    for (let slot = 0; slot < lefts.length; slot++)
      if (lefts[slot] >= 0) this.set(lefts[slot], rights[slot], ranks[slot], ids[slot]);
  }
}

/** Merges a word in place. @param ids - of its bytes @returns tokens now at the front of `ids` */
export function mergeWord(ids: Uint32Array, merges: Merges): number {
  return ids.length <= SHORT_WORD ? mergeShort(ids, merges) : mergeLong(ids, merges);
}

/** Slot of the merge of each pair of a short word. */
const slots = new Int32Array(SHORT_WORD);

function mergeShort(ids: Uint32Array, merges: Merges): number {
  const { ranks } = merges;
  let length = ids.length;
  for (let at = 0; at + 1 < length; at++) slots[at] = merges.find(ids[at], ids[at + 1]);
  for (;;) {
    let best = NO_SLOT;
    let lowest = Number.MAX_SAFE_INTEGER;
    for (let at = 0; at + 1 < length; at++) {
      if (slots[at] !== NO_SLOT && ranks[slots[at]] < lowest) {
        lowest = ranks[slots[at]];
        best = at;
      }
    }
    if (best === NO_SLOT) return length;
    ids[best] = merges.ids[slots[best]];
    length--;
    for (let at = best + 1; at < length; at++) {
      ids[at] = ids[at + 1];
      slots[at - 1] = slots[at];
    }
    if (best > 0) slots[best - 1] = merges.find(ids[best - 1], ids[best]);
    if (best + 1 < length) slots[best] = merges.find(ids[best], ids[best + 1]);
  }
}

function mergeLong(ids: Uint32Array, merges: Merges): number {
  const { length } = ids;
  const next = new Int32Array(length);
  const previous = new Int32Array(length);
  const alive = new Uint8Array(length).fill(1);
  for (let at = 0; at < length; at++) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  const heap = new Heap(length);
  // One number orders by rank, then by position; ranks stay below 2^21, positions below 2^31.
  const propose = (at: number) => {
    if (at < 0 || next[at] >= length) return;
    const slot = merges.find(ids[at], ids[next[at]]);
    if (slot !== NO_SLOT) heap.push(merges.ranks[slot] * 2 ** 31 + at);
  };
  for (let at = 0; at + 1 < length; at++) propose(at);
  while (heap.size > 0) {
    const top = heap.pop();
    const rank = Math.floor(top / 2 ** 31);
    const at = top - rank * 2 ** 31;
    if (!alive[at] || next[at] >= length) continue;
    const right = next[at];
    const slot = merges.find(ids[at], ids[right]);
    if (slot === NO_SLOT || merges.ranks[slot] !== rank) continue; // the pair has changed since it was proposed
    ids[at] = merges.ids[slot];
    alive[right] = 0;
    next[at] = next[right];
    if (next[at] < length) previous[next[at]] = at;
    propose(previous[at]);
    propose(at);
  }
  let count = 0;
  for (let at = 0; at < length; at++) if (alive[at]) ids[count++] = ids[at];
  return count;
}

/** A min-heap of numbers with four children to a node: half as deep as a binary one, and kinder to caches. */
class Heap {
  size = 0;
  private items: Float64Array;

  constructor(expected: number) {
    this.items = new Float64Array(expected + 16);
  }

  push(value: number): void {
    if (this.size === this.items.length) {
      const larger = new Float64Array(2 * this.size);
      larger.set(this.items);
      this.items = larger;
    }
    const { items } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (items[parent] <= value) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = value;
  }

  /** Only of a heap that is not empty. */
  pop(): number {
    const { items } = this;
    const top = items[0];
    const last = items[--this.size];
    const { size } = this;
    let at = 0;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= size) break;
      let child = first;
      const end = Math.min(first + 4, size);
      for (let other = first + 1; other < end; other++) if (items[other] < items[child]) child = other;
      if (items[child] >= last) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}
