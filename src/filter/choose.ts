/**
 * @file Choosing a threshold for a policy: a value, a filtered share, the labels' own share, a target recall, or the best F1.
 *
 * All rules count tokens, for every method: a document weighs what it holds. So equal shares take equally many tokens
 * away and equal recalls catch equally many forget tokens, whichever method does it, and arms compare.
 * They are applied to validation data (design: "Thresholds are chosen on validation data, at natural prevalence").
 */
import { UserError } from "../base/errors.js";
import { type ClassifierFile, histogramOf, thresholdForRecall, thresholdForShare } from "../classify/index.js";
import type { Policy } from "./policy.js";

/** f1: the classifier's own threshold of best F1. prevalence: the share that the labels call forget. */
export const RULES = ["f1", "prevalence"] as const;

/** Exactly one of these, unless the method is none. */
export interface ThresholdRule {
  threshold?: number;
  share?: number;
  recall?: number;
  rule?: (typeof RULES)[number];
}

/** Scores of the split the threshold is chosen on, and labels of its first documents where a recall is wanted. */
export interface ChosenOn {
  /** What `prevalence` aims at: the labels' share of forget tokens, see `prevalenceOf`. */
  prevalence?: number;
  tokenScores: Uint8Array;
  documentScores: Uint8Array;
  docOffsets: ArrayLike<number>;
  /** 1 = forget, 0 = retain, 255 = unknown, shape [tokens of the labelled documents]. */
  tokenLabels?: Uint8Array;
  /** Labelled documents. */
  labelled?: number;
}

/** What was decided: the threshold, and what it reaches on the data it was chosen on. */
export interface ChosenThreshold {
  threshold: number;
  by: "none" | "threshold" | "share" | "recall" | "f1" | "prevalence";
  wanted?: number;
  reached?: number;
}

/** Which rule was given. @throws UserError when there is none, or more than one */
export function ruleOf(method: Policy["method"], given: ThresholdRule): ChosenThreshold["by"] {
  const names = (["threshold", "share", "recall", "rule"] as const).filter((name) => given[name] !== undefined);
  if (names.length === (method === "none" ? 0 : 1)) {
    const [name] = names;
    return name === undefined ? "none" : name === "rule" ? given.rule! : name;
  }
  const shown = names.map((name) => `--${name}`).join(", ");
  throw new UserError(
    method === "none"
      ? `--method none filters nothing, so it takes no threshold; it was given ${shown}.`
      : `--method ${method} needs exactly one of --threshold, --share, --recall, --rule; it was given ${shown || "none"}.`,
  );
}

/** Chooses the threshold of a policy. @throws UserError when the rule cannot be applied */
export function chooseThreshold(
  method: Policy["method"],
  given: ThresholdRule,
  classifier: Pick<ClassifierFile, "token" | "document">,
  on: ChosenOn,
): ChosenThreshold {
  const by = ruleOf(method, given);
  const isDocument = method === "document";
  if (by === "none") return { threshold: 1, by };
  if (by === "threshold") return { threshold: given.threshold!, by };
  if (by === "f1") {
    const { threshold, f1 } = (isDocument ? classifier.document : classifier.token).thresholds.f1;
    return { threshold, by, reached: f1 ?? undefined };
  }
  if (by === "share" || by === "prevalence") {
    const wanted = by === "share" ? given.share! : on.prevalence;
    if (wanted === undefined) {
      throw new UserError(
        "--rule prevalence needs labels: their share of forget tokens is aimed at. Give --labels LABELS.",
      );
    }
    const histogram = isDocument
      ? histogramOf(on.documentScores, lengthsOf(on.docOffsets))
      : histogramOf(on.tokenScores);
    const { threshold, share } = thresholdForShare(histogram, wanted);
    return { threshold, by, wanted, reached: share };
  }
  const { threshold, recall } = thresholdForRecall(forgetHistogram(isDocument, on), given.recall!);
  return { threshold, by: "recall", wanted: given.recall, reached: recall };
}

/**
 * The share of forget labels among known labels of ordinary tokens.
 *
 * @param tokenLabels - 1 = forget, 0 = retain, anything else unknown, shape [tokens]
 * @param isSpecial - 1 where a token is no text, shape [tokens]
 * @throws UserError when no label is known
 */
export function prevalenceOf(tokenLabels: Uint8Array, isSpecial: Uint8Array): number {
  const counts = [0, 0];
  for (const [place, label] of tokenLabels.entries()) if (isSpecial[place] === 0 && label <= 1) counts[label]++;
  const [retain, forget] = counts;
  if (retain + forget > 0) return forget / (retain + forget);
  throw new UserError("--rule prevalence: no validation token has a known label. Use --share.");
}

function lengthsOf(offsets: ArrayLike<number>): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, document) => offsets[document + 1] - offsets[document]);
}

/** Histogram of the scores that decide about labelled forget tokens: their own, or their document's. */
function forgetHistogram(isDocument: boolean, on: ChosenOn): Float64Array {
  const { tokenLabels, labelled = 0, docOffsets } = on;
  if (!tokenLabels) throw new UserError("--recall needs labels to count what is caught. Give --labels LABELS.");
  if (!tokenLabels.includes(1)) {
    throw new UserError("--recall: no validation token is labelled forget, so no recall can be aimed at. Use --share.");
  }
  const isForget = tokenLabels.map((label) => (label === 1 ? 1 : 0));
  if (!isDocument) return histogramOf(on.tokenScores.subarray(0, isForget.length), isForget);
  const forget = Array.from({ length: labelled }, (_, document) =>
    isForget.subarray(docOffsets[document], docOffsets[document + 1]).reduce((sum, label) => sum + label, 0),
  );
  return histogramOf(on.documentScores.subarray(0, labelled), forget);
}
