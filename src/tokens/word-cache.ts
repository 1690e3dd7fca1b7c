/**
 * @file Word cache: ids of words seen before, in bounded memory.
 *
 * A hash table over the text itself: looking a word up makes no string and no garbage, and nothing keeps a text alive.
 * Two generations: what is used moves to the young one; when that is full it becomes the old one and the old one goes. So
 * frequent words stay, and no entry needs a time stamp. A word that meets too many others (crafted collisions) is not
 * remembered, so that no text can make look-ups slow.
 */

const MOST_WORDS = 100_000;
const MOST_IDS = 2 ** 22;
/** Words longer than this are not worth remembering. Three bytes per unit at most, so counts stay below 256. */
const MOST_UNITS = 64;
const MOST_PROBES = 16;
/** Slot: hash; where the units begin; units + 256 times ids; the id, or where the ids begin in the pool. */
const FIELDS = 4;

class Generation {
  words = 0;
  unitsUsed = 0;
  idsUsed = 0;
  units = new Uint16Array(1024);
  pool = new Uint32Array(1024);
  readonly slots: Int32Array;
  readonly mask: number;

  constructor(mostWords: number) {
    const size = 2 ** Math.ceil(Math.log2(2.5 * mostWords));
    this.slots = new Int32Array(FIELDS * size);
    this.mask = size - 1;
  }

  /** Where a word's slot begins in `slots`; -1 when it has none. */
  find(text: string, at: number, length: number, hash: number): number {
    const { slots, units, mask } = this;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const slot = FIELDS * ((hash + probe) & mask);
      const sizes = slots[slot + 2];
      if (sizes === 0) return -1;
      if (slots[slot] !== hash || (sizes & 255) !== length) continue;
      const start = slots[slot + 1];
      let same = 0;
      while (same < length && units[start + same] === text.charCodeAt(at + same)) same++;
      if (same === length) return slot;
    }
    return -1;
  }

  /** Adds a word that is not there, unless it meets too many others. */
  add(text: string, at: number, length: number, hash: number, ids: Uint32Array): void {
    const { slots, mask } = this;
    let probe = 0;
    while (probe < MOST_PROBES && slots[FIELDS * ((hash + probe) & mask) + 2] !== 0) probe++;
    if (probe === MOST_PROBES) return;
    const slot = FIELDS * ((hash + probe) & mask);
    this.units = withRoom(this.units, this.unitsUsed + length);
    for (let unit = 0; unit < length; unit++) this.units[this.unitsUsed + unit] = text.charCodeAt(at + unit);
    slots[slot] = hash;
    slots[slot + 1] = this.unitsUsed;
    slots[slot + 2] = length + 256 * ids.length;
    this.unitsUsed += length;
    this.words++;
    if (ids.length === 1) slots[slot + 3] = ids[0];
    else {
      this.pool = withRoom(this.pool, this.idsUsed + ids.length);
      this.pool.set(ids, this.idsUsed);
      slots[slot + 3] = this.idsUsed;
      this.idsUsed += ids.length;
    }
  }
}

function withRoom<Numbers extends Uint16Array | Uint32Array>(numbers: Numbers, wanted: number): Numbers {
  if (wanted <= numbers.length) return numbers;
  const larger = new (numbers.constructor as new (length: number) => Numbers)(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

export class WordCache {
  private young: Generation;
  private old: Generation;
  private hash = 0;
  /** Of the word last found, when it is one token: its id. */
  id = 0;
  /** Where the ids of the word last found begin, when there are more; read before the next call. */
  pool = new Uint32Array();
  start = 0;

  /** @param mostWords, mostIds - in one generation */
  constructor(
    private readonly mostWords = MOST_WORDS,
    private readonly mostIds = MOST_IDS,
  ) {
    this.young = new Generation(mostWords);
    this.old = new Generation(1);
  }

  /** Words remembered. */
  get size(): number {
    return this.young.words + this.old.words;
  }

  /** How many ids the word [at, end) of a text has, -1 when it is not known. Then `id`, or `pool` and `start`, are set. */
  find(text: string, at: number, end: number): number {
    const length = end - at;
    if (length > MOST_UNITS) return -1;
    let hash = length;
    for (let unit = at; unit < end; unit++) hash = Math.imul(hash ^ text.charCodeAt(unit), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    this.hash = hash;
    let from = this.young;
    let slot = from.find(text, at, length, hash);
    const isOld = slot < 0;
    if (isOld) {
      from = this.old;
      slot = from.find(text, at, length, hash);
      if (slot < 0) return -1;
    }
    const count = from.slots[slot + 2] >>> 8;
    this.start = this.id = from.slots[slot + 3];
    this.pool = from.pool;
    if (isOld)
      this.add(text, at, end, count === 1 ? Uint32Array.of(this.id) : this.pool.slice(this.start, this.start + count));
    return count;
  }

  /** Remembers the word that was just looked for and not found. */
  add(text: string, at: number, end: number, ids: Uint32Array): void {
    if (end - at > MOST_UNITS || ids.length === 0) return;
    if (this.young.words >= this.mostWords || this.young.idsUsed + ids.length > this.mostIds) {
      this.old = this.young;
      this.young = new Generation(this.mostWords);
    }
    this.young.add(text, at, end - at, this.hash, ids);
  }
}
