/**
 * @file Dictionary entries: "term, synonym: gloss; examples", one per distinct gloss, and how many of each domain.
 *
 * WordNet is mostly general words. To give the forget domain a realistic share, every medical entry is kept and the
 * rest is thinned by a seeded draw.
 */
import { random } from "../../base/random.js";
import { wordNetDomains } from "./domains.js";
import { readWordNet } from "./parse.js";
import { WORDNET_DOMAINS, type WordNetDomain } from "./roots.js";
import { topicNames, withoutTopicTag } from "./topic-tag.js";

export interface Entry {
  /** First synonym: what the dictionary is ordered by. */
  term: string;
  text: string;
  domain: WordNetDomain;
}

/** Synonyms shown before the gloss. */
const SHOWN_SYNONYMS = 3;

/** All entries of WordNet, each distinct gloss once, in file order; the tags of `topic-tag.ts` are taken off. */
export function wordNetEntries(): Entry[] {
  const synsets = readWordNet();
  const domains = wordNetDomains(synsets);
  const topics = topicNames(synsets);
  const seen = new Set<string>();
  return synsets.flatMap((synset) => {
    const gloss = withoutTopicTag(synset.gloss, topics);
    if (seen.has(gloss)) return [];
    seen.add(gloss);
    const terms = synset.words.slice(0, SHOWN_SYNONYMS).join(", ");
    return [{ term: synset.words[0], text: `${terms}: ${gloss}`, domain: domains.get(synset.id)! }];
  });
}

/**
 * Thins biology and general entries so that medicine has about `medicalShare` of the characters and biology about
 * `biologyShare`. Where a domain has less than its share, all of it is kept.
 */
export function thinEntries(
  entries: readonly Entry[],
  { medicalShare, biologyShare, seed }: { medicalShare: number; biologyShare: number; seed: number },
): Entry[] {
  const characters = (domain: WordNetDomain) =>
    entries.reduce((sum, entry) => sum + (entry.domain === domain ? entry.text.length : 0), 0);
  const total = characters("medical") / medicalShare;
  const wanted: Record<WordNetDomain, number> = {
    medical: total * medicalShare,
    biology: total * biologyShare,
    general: total * (1 - medicalShare - biologyShare),
  };
  const kept = new Set<Entry>();
  for (const domain of WORDNET_DOMAINS) {
    const pool = entries.filter((entry) => entry.domain === domain);
    let left = wanted[domain];
    for (const index of random(seed, `wordnet:thin:${domain}`).permutation(pool.length)) {
      // Half a character of slack: floating-point shares must not drop the last medical entry.
      if ((left -= pool[index].text.length) < -0.5) break;
      kept.add(pool[index]);
    }
  }
  return entries.filter((entry) => kept.has(entry));
}
