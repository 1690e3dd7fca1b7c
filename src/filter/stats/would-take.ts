/** @file What thresholds would take of a corpus, from its histograms alone: no smoothing, nothing exempt. */
import { isForget } from "../forget.js";

/** What one threshold would take, by every method; shares of all tokens and documents. */
export interface ThresholdRow {
  threshold: number;
  /** Whose best F1 it is, if anyone's. */
  bestF1: ("token" | "document")[];
  maskedTokens: number;
  droppedDocuments: number;
  droppedTokens: number;
}

const THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/** Stored scores 0..255, to be marked. */
const EVERY_SCORE = Uint8Array.from({ length: 256 }, (_, score) => score);

/** Weight at or above a threshold. */
export function tailOf(histogram: Float64Array, threshold: number): number {
  const forget = isForget(EVERY_SCORE, threshold);
  return histogram.reduce((sum, weight, score) => sum + (forget[score] === 1 ? weight : 0), 0);
}

/** One row per threshold of a fixed list, and for the classifier's own two. */
export function thresholdRows(
  best: { token: number; document: number },
  of: Record<"tokens" | "documents" | "weighted", Float64Array>,
): ThresholdRow[] {
  const share = (histogram: Float64Array, threshold: number) =>
    tailOf(histogram, threshold) / Math.max(1, tailOf(histogram, 0));
  return [...new Set([...THRESHOLDS, best.token, best.document])]
    .sort((a, b) => a - b)
    .map((threshold) => ({
      threshold,
      bestF1: (["token", "document"] as const).filter((granularity) => best[granularity] === threshold),
      maskedTokens: share(of.tokens, threshold),
      droppedDocuments: share(of.documents, threshold),
      droppedTokens: share(of.weighted, threshold),
    }));
}
