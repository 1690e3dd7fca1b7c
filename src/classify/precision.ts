/**
 * @file What rounding the models' arithmetic costs: the same documents scored by two scorers, compared token by token.
 *
 * Everything is about tokens that are not special. Only labels can say whether scores became worse; without them the
 * exact scorer's decisions stand in as the truth, and the result says so by its name.
 */
import { auroc, decision, rankCurve } from "./rank.js";
import type { Scorer } from "./scorer.js";

export interface PrecisionComparison {
  tokens: number;
  threshold: number;
  /** Share of tokens on the same side of the threshold. */
  agreement: number;
  /** F1 of the rounded scorer's decisions when the exact scorer's are taken for the truth. */
  f1AgainstExact: number;
  /** Difference of stored scores, in levels of 255. */
  meanDifference: number;
  largestDifference: number;
  /** Against labels, where there are any: F1 at the threshold, and the area under the ROC. */
  labels?: Record<"exact" | "rounded", { f1: number; auroc: number }>;
}

/**
 * Compares two scorers of the same classifier.
 *
 * @param threshold - in [0, 1], usually the classifier's F1 threshold
 * @param labels - 1 = forget, of all tokens of all documents one after another
 */
export async function comparePrecisions(
  scorers: { exact: Scorer; rounded: Scorer },
  documents: readonly Uint32Array[],
  threshold: number,
  labels?: Uint8Array,
): Promise<PrecisionComparison> {
  const count = documents.reduce((sum, { length }) => sum + length, 0);
  const stored = { exact: new Uint8Array(count), rounded: new Uint8Array(count), labels: new Uint8Array(count) };
  const others = scorers.rounded.score(documents);
  let tokens = 0;
  let place = 0;
  for await (const { document, tokenScores } of scorers.exact.score(documents)) {
    const other = (await others.next()).value;
    for (const [index, id] of documents[document].entries()) {
      if (scorers.exact.isSpecial[id] !== 1) {
        stored.exact[tokens] = tokenScores[index];
        stored.rounded[tokens] = other.tokenScores[index];
        stored.labels[tokens++] = labels?.[place + index] ?? 0;
      }
    }
    place += documents[document].length;
  }
  const [exact, rounded, truth] = [stored.exact, stored.rounded, stored.labels].map((all) => all.subarray(0, tokens));
  const level = Math.round(threshold * 255);
  const decided = exact.map((score) => (score >= level ? 1 : 0));
  const differences = exact.map((score, index) => Math.abs(score - rounded[index]));
  const quality = (scores: Uint8Array) => {
    const curve = rankCurve(scores, truth);
    return { f1: decision(curve, level).f1, auroc: auroc(curve) };
  };
  return {
    tokens,
    threshold,
    agreement:
      rounded.reduce((sum, score, index) => sum + Number(Number(score >= level) === decided[index]), 0) / tokens,
    f1AgainstExact: decision(rankCurve(rounded, decided), level).f1,
    meanDifference: differences.reduce((sum, difference) => sum + difference, 0) / tokens,
    largestDifference: differences.reduce((most, difference) => Math.max(most, difference), 0),
    ...(labels && { labels: { exact: quality(exact), rounded: quality(rounded) } }),
  };
}
