/**
 * @file The embedded corpus: dictionary pages of alphabetical neighbours.
 *
 * The alphabet mixes domains inside a document, as the web does, and their truth is known span by span. Prefixes such
 * as "cardi-" or "hyper-" still make some pages mostly medical and many not at all.
 */
import { UserError } from "../../base/errors.js";
import { random } from "../../base/random.js";
import type { SourceDocument, TruthSpan } from "../document.js";
import { type Entry, thinEntries, wordNetEntries } from "./entries.js";

/** Entries on a page: uniform from 15 to 25. */
const MIN_ENTRIES = 15;
const MAX_ENTRIES = 25;

export interface EmbeddedOptions {
  medicalShare: number;
  biologyShare: number;
  seed: number;
}

/** Pages of WordNet with the domain of every entry as truth. @throws UserError when the shares leave no general text. */
export function embeddedDocuments(options: EmbeddedOptions): SourceDocument[] {
  const { medicalShare, biologyShare } = options;
  if (medicalShare + biologyShare >= 1) {
    throw new UserError(
      `The medical share ${medicalShare} and the biology share ${biologyShare} leave nothing general. Lower one.`,
    );
  }
  return entryPages(thinEntries(wordNetEntries(), options), options.seed);
}

/** Orders entries alphabetically and cuts them into pages. Line ends between entries belong to no domain. */
export function entryPages(entries: readonly Entry[], seed: number): SourceDocument[] {
  const keyed = entries.map((entry, index) => ({ entry, index, key: entry.term.toLowerCase() }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  const draw = random(seed, "wordnet:pages");
  const pages: SourceDocument[] = [];
  for (let at = 0; at < keyed.length; ) {
    const size = MIN_ENTRIES + draw.integer(MAX_ENTRIES - MIN_ENTRIES + 1);
    const id = `wordnet/${String(pages.length + 1).padStart(5, "0")}`;
    pages.push({ id, source: "wordnet", ...joinEntries(keyed.slice(at, at + size).map(({ entry }) => entry)) });
    at += size;
  }
  return pages;
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
