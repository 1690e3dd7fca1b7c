/**
 * @file Word n-grams of many short texts, looked for in any amount of long text.
 *
 * The short texts' n-grams are kept by a 32-bit rolling hash; documents stream past, and every hit is compared word by
 * word, so nothing is found that is not there. Memory is that of the short texts and one document. Words are runs of
 * letters and digits in lower case: punctuation, spacing and case do not hide a copy.
 */

/** An n-gram of a short text: where it begins, in words. */
export interface Hit {
  text: number;
  start: number;
}

const WORD = /[\p{L}\p{N}]+/gu;

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/** Multiplier of the rolling hash, odd. */
const BASE = 0x9e3779b1;

export class NgramIndex {
  private readonly words: string[][];
  /** By length of n-gram: multiplier of the word that leaves, and hits by hash. */
  private readonly tables = new Map<number, { leaving: number; hits: Map<number, Hit[]> }>();

  /** @param n - words of an n-gram; a text of fewer words is one n-gram, one without words none */
  constructor(texts: readonly string[], n: number) {
    this.words = texts.map(wordsOf);
    for (const [text, words] of this.words.entries()) {
      if (words.length === 0) continue;
      const length = Math.min(n, words.length);
      let table = this.tables.get(length);
      if (!table) this.tables.set(length, (table = { leaving: power(BASE, length), hits: new Map() }));
      const { leaving, hits } = table;
      rolling(words.map(hashOf), length, leaving, (hash, start) => {
        const known = hits.get(hash);
        if (known) known.push({ text, start });
        else hits.set(hash, [{ text, start }]);
      });
    }
  }

  /** N-grams of a text. */
  count(text: number, n: number): number {
    const { length } = this.words[text];
    return length === 0 ? 0 : Math.max(1, length - n + 1);
  }

  /** Tells every n-gram that is in the document, each as often as it is. */
  scan(document: string, onHit: (hit: Hit) => void): void {
    const words = wordsOf(document);
    const hashes = words.map(hashOf);
    for (const [length, { leaving, hits }] of this.tables) {
      rolling(hashes, length, leaving, (hash, at) => {
        for (const hit of hits.get(hash) ?? []) if (this.isAt(hit, length, words, at)) onHit(hit);
      });
    }
  }

  private isAt({ text, start }: Hit, length: number, words: readonly string[], at: number): boolean {
    const own = this.words[text];
    for (let i = 0; i < length; i++) if (own[start + i] !== words[at + i]) return false;
    return true;
  }
}

/** Calls with the hash of every run of `length` words and where it begins. */
function rolling(hashes: readonly number[], length: number, leaving: number, call: (hash: number, at: number) => void) {
  let hash = 0;
  for (let end = 0; end < hashes.length; end++) {
    hash = (Math.imul(hash, BASE) + hashes[end]) | 0;
    if (end >= length) hash = (hash - Math.imul(leaving, hashes[end - length])) | 0;
    if (end >= length - 1) call(hash, end - length + 1);
  }
}

/** FNV-1a over UTF-16 units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}
