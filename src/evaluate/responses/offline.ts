/**
 * @file What can be said of a response without a judge. None of it is correctness.
 *
 * Repetition is what broken models do; words in common with the question are a weak sign of relevance, words in common
 * with the reference a weak sign of knowing. How likely the model finds the reference is in `likelihood.ts`.
 */
import { wordsOf } from "../contamination/index.js";

/** Words in a row that count as said again. */
const REPEATED = 4;
/** Shorter words ("what", "is") are in every text. */
const CONTENT = 5;

/** Share of a text's runs of 4 words that it had said before; null for fewer than 4 words. */
export function repetition(text: string): number | null {
  const words = wordsOf(text);
  const runs = words.length - REPEATED + 1;
  if (runs < 1) return null;
  const different = new Set(Array.from({ length: runs }, (_, at) => words.slice(at, at + REPEATED).join(" ")));
  return 1 - different.size / runs;
}

/** Share of the longer words of `of`, each once, that are in a text; null where there are none. */
export function overlap(text: string, of: string): number | null {
  const wanted = new Set(wordsOf(of).filter((word) => word.length >= CONTENT));
  if (wanted.size === 0) return null;
  const said = new Set(wordsOf(text));
  return [...wanted].filter((word) => said.has(word)).length / wanted.size;
}
