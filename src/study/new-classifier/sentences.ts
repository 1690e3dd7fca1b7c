/**
 * @file Held-out sentences with their scores, and which of them to show.
 *
 * They are drawn, not picked: four bands by score, and from each a seeded draw. No band is looked at before it is drawn from,
 * and no label plays a part.
 */
import { random } from "../../base/random.js";
import { sentencesOf } from "../../label/index.js";
import type { HeldOutDocument } from "./held-out.js";
import { BANDS } from "./quality-file.js";

export interface ScoredSentence {
  document: HeldOutDocument;
  /** In UTF-16 units and in UTF-8 bytes of the document's text, white space at its end left out. */
  units: { start: number; end: number };
  bytes: { start: number; end: number };
  /** Mean score of its tokens, in [0, 1]. */
  score: number;
}

export interface Drawn extends ScoredSentence {
  band: (typeof BANDS)[number];
}

/** Passages of a band, and words from which a sentence can be judged at all. */
export const PER_BAND = 10;
export const FEWEST_WORDS = 4;

/** The sentences of a document. A token belongs to the sentence in which it ends, as when the classifier is fitted. */
export function scoredSentences(document: HeldOutDocument): ScoredSentence[] {
  const { text, ends, isSpecial, tokenScores } = document;
  const found: ScoredSentence[] = [];
  let [token, byte] = [0, 0];
  for (const { start, end } of sentencesOf(text)) {
    const sentence = text.slice(start, end);
    const shown = sentence.trimEnd();
    const bytes = { start: byte, end: byte + Buffer.byteLength(shown) };
    byte += Buffer.byteLength(sentence);
    let [sum, count] = [0, 0];
    for (; token < ends.length && ends[token] <= byte; token++) {
      if (isSpecial[token]) continue;
      sum += tokenScores[token];
      count++;
    }
    if (count === 0 || (shown.match(/\p{L}+/gu)?.length ?? 0) < FEWEST_WORDS) continue;
    found.push({ document, units: { start, end: start + shown.length }, bytes, score: sum / count / 255 });
  }
  return found;
}

/**
 * Draws at most ten sentences of each band, of different documents as far as there are any:
 * high, the upper quarter of what is taken; above, its lower quarter; below, as many that only just are not; low, the lower
 * half of what is not.
 */
export function drawSentences(sentences: readonly ScoredSentence[], threshold: number, seed: number): Drawn[] {
  const sorted = [...sentences].sort((a, b) => b.score - a.score);
  const cut = sorted.findIndex(({ score }) => score < threshold);
  const taken = sorted.slice(0, cut < 0 ? sorted.length : cut);
  const left = sorted.slice(taken.length);
  const upper = (all: number, wanted: number) => Math.min(Math.ceil(all / 2), Math.max(PER_BAND, Math.round(wanted)));
  const quarter = upper(taken.length, taken.length / 4);
  const rest = taken.slice(quarter);
  const above = rest.slice(Math.max(0, rest.length - quarter));
  const near = upper(left.length, above.length);
  const pools = { high: taken.slice(0, quarter), above, below: left.slice(0, near), low: lowerHalf(left, near) };
  return BANDS.flatMap((band) =>
    draw(pools[band], seed, band)
      .sort((a, b) => b.score - a.score)
      .map((sentence) => ({ ...sentence, band })),
  );
}

function lowerHalf(left: readonly ScoredSentence[], near: number): ScoredSentence[] {
  return left.slice(Math.max(near, Math.ceil(left.length / 2)));
}

function draw(pool: readonly ScoredSentence[], seed: number, band: string): ScoredSentence[] {
  const order = Array.from(random(seed, `new classifier:${band}`).permutation(pool.length), (index) => pool[index]);
  const seen = new Set<HeldOutDocument>();
  const [first, others]: ScoredSentence[][] = [[], []];
  for (const sentence of order) {
    (seen.has(sentence.document) ? others : first).push(sentence);
    seen.add(sentence.document);
  }
  return [...first, ...others].slice(0, PER_BAND);
}
