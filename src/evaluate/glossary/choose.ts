/**
 * @file From glossary entries to questions that a small model can move on: a term and its definition, with distractors
 * of the same kind, about as long and about as frequent in the training text.
 *
 * A definition that gives its term away, or that stands in the training text, is left out; so is a term the training
 * text hardly says, for nobody could have learnt it. What is left out is counted by reason.
 */
import { random } from "../../base/random.js";
import { wordsOf } from "../contamination/index.js";
import type { Question } from "../questions/index.js";
import type { Entry } from "./entries.js";

export const SIDES = ["forget", "retain"] as const;
export type Side = (typeof SIDES)[number];
export const ASKS = ["term", "definition"] as const;

/** An entry and what the training text says of it. */
export interface KnownEntry extends Entry {
  /** How often the term stands in the training text. */
  occurrences: number;
  /** The definition shares an n-gram with the training text. */
  isTrainedOn: boolean;
}

export interface ChooseOptions {
  forget: readonly string[];
  retain: readonly string[];
  /** What is asked for, given the other. */
  ask: (typeof ASKS)[number];
  minOccurrences: number;
  choices: number;
  perSide: number;
  seed: number;
}

export interface ChosenQuestion extends Question {
  category: Side;
  domain: string;
  occurrences: number;
}

export type LeftOut = Record<string, number>;

/** Makes at most `perSide` questions of each side, forget first. */
export function chooseQuestions(entries: readonly KnownEntry[], options: ChooseOptions) {
  const leftOut: Record<Side, LeftOut> = { forget: {}, retain: {} };
  const sideOf = ({ domain }: Entry): Side | undefined =>
    options.forget.includes(domain) ? "forget" : options.retain.includes(domain) ? "retain" : undefined;
  const sided = entries.filter((entry) => sideOf(entry) !== undefined);
  const termsOf = (side: Side) => new Set(sided.filter((e) => sideOf(e) === side).map(({ term }) => key(term)));
  const [forgetTerms, retainTerms] = [termsOf("forget"), termsOf("retain")];
  const seen = new Set<string>();
  const usable = sided.filter((entry) => {
    const term = key(entry.term);
    const reason =
      forgetTerms.has(term) && retainTerms.has(term)
        ? "term of both sides"
        : seen.has(term)
          ? "term given before"
          : givesAway(entry.definition, entry.term)
            ? "definition gives the term away"
            : entry.isTrainedOn
              ? "definition in the training text"
              : entry.occurrences < options.minOccurrences
                ? "term rare in the training text"
                : undefined;
    seen.add(term);
    if (reason) count(leftOut[sideOf(entry)!], reason);
    return reason === undefined;
  });
  const questions = SIDES.flatMap((side) => {
    const pool = usable.filter((entry) => sideOf(entry) === side);
    const order = random(options.seed, `glossary ${side}`).permutation(pool.length);
    const made: ChosenQuestion[] = [];
    for (const index of order) {
      const question = questionOf(pool[index], pool, side, options);
      if (!question) count(leftOut[side], "too few distractors");
      else if (made.length === options.perSide) count(leftOut[side], "enough questions");
      else made.push(question);
    }
    return made;
  });
  return { questions, leftOut, otherDomains: entries.length - sided.length };
}

function count(counts: LeftOut, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

const key = (term: string) => wordsOf(term).join(" ");

/** Letters by which two words count as one: "cell" and "cellular", "diabetes" and "diabetic". */
const STEM = 4;
const stemsOf = (text: string) =>
  new Set(
    wordsOf(text)
      .filter((word) => word.length >= STEM)
      .map((word) => word.slice(0, STEM)),
  );

/** Whether a text has a word of the term, or one that begins alike. Terms of short words only: the term itself. */
export function givesAway(text: string, term: string): boolean {
  const stems = stemsOf(term);
  const inText = stemsOf(text);
  if (stems.size === 0) return ` ${key(text)} `.includes(` ${key(term)} `);
  return [...stems].some((stem) => inText.has(stem));
}

/** How many of the most alike entries distractors are drawn from, per distractor. */
const DRAWN_FROM = 4;
/** Distractors are at most this many times as long or short, as frequent or rare. */
const MOST_UNLIKE = 4;

function questionOf(entry: KnownEntry, pool: readonly KnownEntry[], side: Side, options: ChooseOptions) {
  const { ask, choices, seed } = options;
  const asked = (one: Entry) => (ask === "term" ? one.term : one.definition);
  const unlike = (a: number, b: number) => Math.abs(Math.log(a / b));
  const distance = (other: KnownEntry) => {
    const [length, frequency] = [
      unlike(asked(other).length, asked(entry).length),
      unlike(other.occurrences, entry.occurrences),
    ];
    return Math.max(length, frequency) > Math.log(MOST_UNLIKE) ? Infinity : length + frequency;
  };
  const rivals = pool
    .filter((other) => other.domain === entry.domain && other.kind === entry.kind && other !== entry)
    .map((other) => ({ other, far: distance(other) }))
    .filter(({ other, far }) => {
      if (far === Infinity || asked(other) === asked(entry)) return false;
      // Neither may point at the other: "benign tumor" for "malignant tumor", or a definition that names the term.
      const given = [other.term, other.definition].some((text) => givesAway(text, entry.term));
      return !given && !givesAway(entry.definition, other.term);
    })
    .sort((a, b) => a.far - b.far || (a.other.id < b.other.id ? -1 : 1))
    .slice(0, DRAWN_FROM * (choices - 1));
  if (rivals.length < choices - 1) return undefined;
  const draw = random(seed, `distractors of ${entry.id}`);
  const drawn = Array.from(draw.permutation(rivals.length).subarray(0, choices - 1), (index) => rivals[index].other);
  const answer = draw.integer(choices);
  const { id, term, definition, kind, domain, occurrences } = entry;
  const [question, prompt] =
    ask === "term" ? [definition, `Definition: ${definition}\nTerm:`] : [term, `Term: ${term}\nDefinition:`];
  const made: ChosenQuestion = {
    ...{ id, question, prompt, answer, choices: [...drawn.slice(0, answer), entry, ...drawn.slice(answer)].map(asked) },
    ...{ subject: kind, category: side, domain, occurrences },
  };
  return made;
}
