/**
 * @file Everything that is read off a ranking of scores: ROC, precision-recall, the best F1.
 *
 * Scores are compared, never thresholded here; equal scores always move together, so no result depends on the order of
 * the input. Rows can be counted as they are (natural prevalence) or with both classes weighing the same (balanced).
 */

/** Counts at or above each distinct score, descending. */
export interface RankCurve {
  /** Distinct scores, descending. */
  scores: number[];
  /** Forget rows scored at or above scores[k]. */
  truePositives: number[];
  /** Retain rows scored at or above scores[k]; may be fractional after `balance`. */
  falsePositives: number[];
  positives: number;
  negatives: number;
}

export interface Decision {
  /** Rows scored at or above it are forget. */
  threshold: number;
  precision: number;
  recall: number;
  f1: number;
  /** Share of all rows that is flagged. */
  flaggedShare: number;
}

/** Ranks rows by score. labels: 1 = forget. */
export function rankCurve(scores: ArrayLike<number>, labels: Uint8Array): RankCurve {
  const of = (wanted: number) =>
    Float64Array.from({ length: scores.length }, (_, row) => scores[row])
      .filter((_, row) => labels[row] === wanted)
      .sort();
  const [retain, forget] = [of(0), of(1)];
  const curve: RankCurve = {
    scores: [],
    truePositives: [],
    falsePositives: [],
    positives: forget.length,
    negatives: retain.length,
  };
  let f = forget.length;
  let r = retain.length;
  while (f > 0 || r > 0) {
    const score = Math.max(f > 0 ? forget[f - 1] : -Infinity, r > 0 ? retain[r - 1] : -Infinity);
    while (f > 0 && forget[f - 1] === score) f--;
    while (r > 0 && retain[r - 1] === score) r--;
    curve.scores.push(score);
    curve.truePositives.push(forget.length - f);
    curve.falsePositives.push(retain.length - r);
  }
  return curve;
}

/** The same ranking as if both classes were equally common: what a balanced subsample shows on average, without a draw. */
export function balance(curve: RankCurve): RankCurve {
  const weight = curve.negatives === 0 ? 1 : curve.positives / curve.negatives;
  return { ...curve, falsePositives: curve.falsePositives.map((n) => n * weight), negatives: curve.negatives * weight };
}

/** Area under the ROC curve: chance that a forget row outranks a retain row, ties counting half. NaN without both. */
export function auroc({ truePositives, falsePositives, positives, negatives }: RankCurve): number {
  let area = 0;
  for (let k = 0; k < truePositives.length; k++) {
    const width = falsePositives[k] - (falsePositives[k - 1] ?? 0);
    area += (width * (truePositives[k] + (truePositives[k - 1] ?? 0))) / 2;
  }
  return area / (positives * negatives);
}

/** Mean precision over recall steps, without interpolation (scikit-learn's average_precision_score). */
export function averagePrecision({ truePositives, falsePositives, positives }: RankCurve): number {
  let sum = 0;
  for (let k = 0; k < truePositives.length; k++) {
    const gained = truePositives[k] - (truePositives[k - 1] ?? 0);
    if (gained > 0) sum += (gained * truePositives[k]) / (truePositives[k] + falsePositives[k]);
  }
  return sum / positives;
}

/** Precision, recall and F1 when exactly the k + 1 highest distinct scores are flagged. */
export function decisionAt(curve: RankCurve, k: number): Decision {
  const tp = k < 0 ? 0 : curve.truePositives[k];
  const flagged = k < 0 ? 0 : tp + curve.falsePositives[k];
  return {
    threshold: k < 0 ? Number.POSITIVE_INFINITY : curve.scores[k],
    precision: flagged === 0 ? 0 : tp / flagged,
    recall: curve.positives === 0 ? 0 : tp / curve.positives,
    f1: tp === 0 ? 0 : (2 * tp) / (flagged + curve.positives),
    flaggedShare: flagged / Math.max(1, curve.positives + curve.negatives),
  };
}

/** Precision, recall and F1 with rows at or above `threshold` flagged. */
export function decision(curve: RankCurve, threshold: number): Decision {
  const above = curve.scores.findIndex((score) => !(score >= threshold));
  return { ...decisionAt(curve, (above === -1 ? curve.scores.length : above) - 1), threshold };
}

/** The threshold with the best F1; of equals the highest, which flags least. */
export function bestF1(curve: RankCurve): Decision {
  let best = decisionAt(curve, Math.min(0, curve.scores.length - 1));
  for (let k = 1; k < curve.scores.length; k++) {
    const candidate = decisionAt(curve, k);
    if (candidate.f1 > best.f1) best = candidate;
  }
  return best;
}

/** At most `points` precision-recall points, evenly spread over recall, the last one included. */
export function precisionRecallPoints(curve: RankCurve, points = 50): { recall: number; precision: number }[] {
  const kept: { recall: number; precision: number }[] = [];
  let next = 0;
  for (let k = 0; k < curve.scores.length; k++) {
    const { recall, precision } = decisionAt(curve, k);
    if (recall * (points - 1) < next && k < curve.scores.length - 1) continue;
    if (recall > (kept.at(-1)?.recall ?? 0)) kept.push({ recall, precision });
    next = Math.floor(recall * (points - 1)) + 1;
  }
  return kept;
}
