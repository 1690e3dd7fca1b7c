/**
 * @file Word cache: ids of words seen before, in bounded memory.
 *
 * Two generations: what is used moves to the young one; when that is full it becomes the old one and the old one goes.
 * So frequent words stay, and no entry needs a time stamp. Ids lie in one array per generation, not in one per word.
 */

/** Ids of a word are `pool[start]..pool[start + count - 1]`, with `place` = start * 256 + count. */
const COUNTS = 256;
const MOST_WORDS = 100_000;
/** Keeps `place` a small integer, which a map stores without a box. */
const MOST_IDS = 2 ** 22;
/** Words longer than this are not worth remembering; 3 bytes per unit at most, so `count` fits. */
const MOST_UNITS = 64;
/** From here on V8 makes slices that keep the whole text alive. */
const SLICE_UNITS = 13;

interface Generation {
  places: Map<string, number>;
  pool: Uint32Array;
  used: number;
}

const generation = (): Generation => ({ places: new Map(), pool: new Uint32Array(1024), used: 0 });

export class WordCache {
  private young = generation();
  private old = generation();
  /** Where the ids of the word last found or added are; read before the next call. */
  pool: Uint32Array = this.young.pool;
  start = 0;

  /** @param mostWords, mostIds - in one generation */
  constructor(
    private readonly mostWords = MOST_WORDS,
    private readonly mostIds = MOST_IDS,
  ) {}

  /** Words remembered. */
  get size(): number {
    return this.young.places.size + this.old.places.size;
  }

  /** How many ids a word has, -1 when it is not known; `pool` and `start` then say where they are. */
  find(word: string): number {
    let place = this.young.places.get(word);
    if (place === undefined) {
      place = this.old.places.get(word);
      if (place === undefined) return -1;
      const { pool } = this.old;
      const start = Math.floor(place / COUNTS);
      return this.add(word, pool.subarray(start, start + (place % COUNTS)));
    }
    this.pool = this.young.pool;
    this.start = Math.floor(place / COUNTS);
    return place % COUNTS;
  }

  /** Remembers a word's ids, when it is not too long. @returns how many, with `pool` and `start` set */
  add(word: string, ids: Uint32Array): number {
    if (word.length > MOST_UNITS || ids.length >= COUNTS) {
      this.pool = ids;
      this.start = 0;
      return ids.length;
    }
    if (this.young.places.size >= this.mostWords || this.young.used + ids.length > this.mostIds) {
      this.old = this.young;
      this.young = generation();
    }
    const { young } = this;
    if (young.used + ids.length > young.pool.length) {
      const larger = new Uint32Array(2 * young.pool.length);
      larger.set(young.pool);
      young.pool = larger;
    }
    young.pool.set(ids, young.used);
    const key = word.length < SLICE_UNITS ? word : Buffer.from(word).toString();
    young.places.set(key, young.used * COUNTS + ids.length);
    this.pool = young.pool;
    this.start = young.used;
    young.used += ids.length;
    return ids.length;
  }
}
