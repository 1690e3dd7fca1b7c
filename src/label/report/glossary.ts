/**
 * @file Glossary terms in text: a truth for single tokens where documents only have the domain of their source.
 *
 * A glossary is JSONL with a `term` (or `terms`, `synonyms`) and a `domain` a line. A term is found word by word, whatever
 * the case and whether a space or a hyphen stands between, the longest first; its last word may be a plural in s or es.
 * Only tokens of found terms are graded: terms of the domain are to be labelled, those of other domains are not. Terms
 * that stand under several domains say nothing and are passed over, as are single words of fewer than four letters.
 */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readRecords, type TruthSpan } from "../../corpus/index.js";

export interface Glossary {
  /** Term, its words joined by a space, in lower case, to its domain; null where it has several. */
  terms: ReadonlyMap<string, string | null>;
  /** Words of the longest term. */
  longest: number;
}

const Entry = z.looseObject({
  term: z.string().optional(),
  terms: z.array(z.string()).default([]),
  synonyms: z.array(z.string()).default([]),
  domain: z.string().min(1),
});

const WORD = /[\p{L}\p{N}]+(?:['\u2019][\p{L}]+)*/gu;
/** What may stand between two words of a term. */
const BETWEEN = /^(?:\s{1,3}|[-\u2010\u2011\u2013])$/u;
const SHORTEST_WORD = 4;
const MOST_WORDS = 6;

/** Reads glossaries as one. @throws UserError naming the line that is wrong, or when there is no term */
export async function readGlossary(paths: readonly string[]): Promise<Glossary> {
  const terms = new Map<string, string | null>();
  let longest = 0;
  for (const path of paths) {
    for await (const entry of readRecords(path, Entry, "a glossary entry"))
      for (const term of [entry.term ?? "", ...entry.terms, ...entry.synonyms]) {
        const words = term.toLowerCase().match(WORD) ?? [];
        if (words.length === 0 || words.length > MOST_WORDS) continue;
        if (words.length === 1 && words[0].length < SHORTEST_WORD) continue;
        const key = words.join(" ");
        const known = terms.get(key);
        terms.set(key, known === undefined || known === entry.domain ? entry.domain : null);
        longest = Math.max(longest, words.length);
      }
  }
  if (terms.size === 0)
    throw new UserError(`There is no term in ${paths.join(", ")}. Give JSONL with term and domain.`);
  return { terms, longest };
}

/** Terms of one domain each in a text, left to right, none overlapping another; in UTF-16 units. */
export function termsIn(text: string, { terms, longest }: Glossary): TruthSpan[] {
  const words = Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }));
  const spans: TruthSpan[] = [];
  for (let first = 0; first < words.length; ) {
    let last = first;
    while (
      last + 1 < words.length &&
      last + 1 - first < longest &&
      BETWEEN.test(text.slice(words[last].end, words[last + 1].start))
    )
      last++;
    let found: string | null | undefined;
    for (; last >= first && found === undefined; last--)
      found = lookUp(
        terms,
        words
          .slice(first, last + 1)
          .map(({ word }) => word)
          .join(" "),
      );
    const end = found === undefined ? first : last + 1;
    if (typeof found === "string") spans.push({ start: words[first].start, end: words[end].end, domain: found });
    first = end + 1;
  }
  return spans;
}

/** The domain of a term or of what may be its plural; null: of several; undefined: no term. */
function lookUp(terms: Glossary["terms"], key: string): string | null | undefined {
  const found = terms.get(key);
  if (found !== undefined || !key.endsWith("s")) return found;
  return terms.get(key.slice(0, -1)) ?? (key.endsWith("es") ? terms.get(key.slice(0, -2)) : undefined);
}
