/**
 * @file Topic tags: a parenthesis that opens a gloss and names its topic, as in "(pathology) an abnormal growth".
 *
 * WordNet's topic pointers decide part of the truth, so a tag would print the answer at the head of the text. A tag is
 * what names any synset that a topic pointer leads to: some glosses have the tag and not the pointer. A parenthesis that
 * says something else, such as "(of a person)" or "(usually plural)", stays.
 */
import type { Synset } from "./parse.js";

const OPENING = /^\(([^()]*)\)[\s:;,]*/;

/** Words of every synset that is the topic of another, in lower case. */
export function topicNames(synsets: readonly Synset[]): Set<string> {
  const topics = new Set(
    synsets.flatMap(({ pointers }) => pointers.flatMap(({ symbol, target }) => (symbol === ";c" ? [target] : []))),
  );
  return new Set(synsets.flatMap(({ id, words }) => (topics.has(id) ? words.map((word) => word.toLowerCase()) : [])));
}

/** The gloss without the tag it opens with. */
export function withoutTopicTag(gloss: string, topics: ReadonlySet<string>): string {
  const opening = OPENING.exec(gloss);
  const isTag = opening && namesOf(opening[1]).some((name) => topics.has(name));
  return isTag ? gloss.slice(opening[0].length) : gloss;
}

/** What a parenthesis lists, each also without a plural's s: "games and physics" names game, games and physics. */
function namesOf(tag: string): string[] {
  const names = tag.toLowerCase().split(/, (?:and |or )?| and | or /);
  return [...names, ...names.map((name) => name.replace(/s$/, ""))];
}
