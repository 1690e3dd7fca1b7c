/**
 * @file Pieces of words, as fastText cuts and hashes them: 3 to 5 letters of "<word>", hashed into a table of buckets.
 *
 * Pieces carry what words of one stem share, words never seen, and text without spaces. Letters are code points. The hash is
 * fastText's: 32-bit FNV-1a over UTF-8, in which each byte is sign-extended before it is mixed in, so that a model of this
 * kind can be written as a fastText file.
 */

export const SHORTEST_PIECE = 3;
export const LONGEST_PIECE = 5;

const FNV_OFFSET = 2166136261;
const FNV_PRIME = 16777619;

/** fastText's hash of UTF-8 bytes [from, to), unsigned. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = FNV_OFFSET;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    hash = Math.imul(hash ^ (byte > 127 ? byte | 0xffffff00 : byte), FNV_PRIME);
  }
  return hash >>> 0;
}

const encoder = new TextEncoder();

/**
 * Buckets of a word's pieces, in fastText's order: by where they start, then by length.
 *
 * @param word - as it is counted, lower-cased
 * @param buckets - size of the table
 * @returns each in [0, buckets), repeats included
 */
export function piecesOf(word: string, buckets: number): number[] {
  const bytes = encoder.encode(`<${word}>`);
  const found: number[] = [];
  for (let from = 0; from < bytes.length; from++) {
    if (isContinuation(bytes[from])) continue;
    let to = from;
    for (let letters = 1; letters <= LONGEST_PIECE && to < bytes.length; letters++) {
      to++;
      while (to < bytes.length && isContinuation(bytes[to])) to++;
      if (letters >= SHORTEST_PIECE) found.push(hashBytes(bytes, from, to) % buckets);
    }
  }
  return found;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
