/**
 * @file Blocks of the alphabet: runs of neighbouring entries that share a split.
 *
 * A page's neighbours in the alphabet give it away: "cardi-" is medical on both. So the alphabet is cut into blocks, and
 * a block is in one split as a whole. A block ends only where the first letters change, so a family of words is rarely
 * in two blocks.
 */
import type { Entry } from "./entries.js";

/**
 * Entries of a block before the first place where it may end; some 1,000 blocks of the default text.
 *
 * Many blocks make splits alike: medical characters are 11.0, 11.4 and 10.1 % of train, validation and test, biology
 * 19.8, 20.0 and 22.5 %. With 600 blocks the test split had 13.0 % medical.
 */
const BLOCK_ENTRIES = 50;
/** A block of this many entries ends wherever it is: "genus ..." and "inter..." are longer. */
const MAX_BLOCK_ENTRIES = 250;
/** Letters in which two words must differ to be in two blocks. */
const FAMILY_LETTERS = 4;

/** Entries in the order of the alphabet, cut into blocks. */
export function alphabetBlocks(entries: readonly Entry[]): Entry[][] {
  const keyed = entries.map((entry, index) => ({ entry, index, key: entry.term.toLowerCase() }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  const blocks: Entry[][] = [];
  let family = "";
  for (const { entry, key } of keyed) {
    const last = blocks.at(-1);
    const isNewFamily = key.slice(0, FAMILY_LETTERS) !== family;
    family = key.slice(0, FAMILY_LETTERS);
    const isFull = !last || (last.length >= BLOCK_ENTRIES && isNewFamily) || last.length >= MAX_BLOCK_ENTRIES;
    if (isFull) blocks.push([entry]);
    else last.push(entry);
  }
  return blocks;
}
