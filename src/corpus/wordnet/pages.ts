/**
 * @file The embedded corpus: dictionary pages whose truth is known entry by entry.
 *
 * The alphabet is cut into blocks (`blocks.ts`), and every block is in one split as a whole. Pages are made of blocks of
 * one split (`mixing.ts`): some ten blocks together, since one alone holds too few medical entries for a page of them.
 */
import { UserError } from "../../base/errors.js";
import { random } from "../../base/random.js";
import { type SourceDocument, SPLITS, type TruthSpan } from "../document.js";
import { type SplitShares, splitOf } from "../split.js";
import { alphabetBlocks } from "./blocks.js";
import { type Entry, thinEntries, wordNetEntries } from "./entries.js";
import { type Mixing, mixPages } from "./mixing.js";

/** How pages are made of entries. */
export interface PageOptions extends SplitShares {
  mixing: Mixing;
  seed: number;
}

export interface EmbeddedOptions extends PageOptions {
  medicalShare: number;
  biologyShare: number;
}

/** Entries that are made into pages together, at least: some 50 pages. */
const POOL_ENTRIES = 1000;

/** Pages of WordNet with the domain of every entry as truth. @throws UserError when the shares leave no general text. */
export function embeddedDocuments(options: EmbeddedOptions): SourceDocument[] {
  const { medicalShare, biologyShare } = options;
  if (medicalShare + biologyShare >= 1) {
    throw new UserError(
      `The medical share ${medicalShare} and the biology share ${biologyShare} leave nothing general. Lower one.`,
    );
  }
  return entryPages(thinEntries(wordNetEntries(), options), options);
}

/** Pages of entries, pool by pool. Line ends between entries belong to no domain. */
export function entryPages(entries: readonly Entry[], options: PageOptions): SourceDocument[] {
  return poolsOf(alphabetBlocks(entries), options).flatMap(({ group, entries: pool }) =>
    mixPages(pool, options.mixing, random(options.seed, `wordnet:pages:${group}`)).map((page, index) => {
      const id = `${group}/${String(index + 1).padStart(2, "0")}`;
      return { id, group, source: "wordnet", ...joinEntries(page) };
    }),
  );
}

/** What is made into pages together: entries in the order of the alphabet, all of one split. */
interface Pool {
  /** The first block's name. It decides the split, so all blocks of a pool are those that it puts there. */
  group: string;
  entries: Entry[];
}

/** Joins blocks of one split in the order of the alphabet; what is left at the end goes to the last pool. */
function poolsOf(blocks: readonly Entry[][], shares: SplitShares): Pool[] {
  const named = blocks.map((entries, index) => {
    const group = `wordnet/${String(index + 1).padStart(4, "0")}`;
    return { group, entries, split: splitOf({ id: group }, shares) };
  });
  return SPLITS.flatMap((wanted) => {
    const pools: Pool[] = [];
    const inSplit = named.filter(({ split }) => split === wanted);
    let left = inSplit.reduce((sum, { entries }) => sum + entries.length, 0);
    for (const { group, entries } of inSplit) {
      const last = pools.at(-1);
      const isFull = !last || (last.entries.length >= POOL_ENTRIES && left >= POOL_ENTRIES);
      if (isFull) pools.push({ group, entries: [...entries] });
      else last.entries.push(...entries);
      left -= entries.length;
    }
    return pools;
  });
}

function joinEntries(entries: readonly Entry[]): { text: string; truth: TruthSpan[] } {
  let start = 0;
  const truth = entries.map(({ text, domain }) => {
    const span = { start, end: start + text.length, domain };
    start = span.end + 1;
    return span;
  });
  return { text: entries.map(({ text }) => text).join("\n"), truth };
}
