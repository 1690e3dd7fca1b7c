/**
 * @file Choosing a probe: every layer and strength is fitted on train rows, the best on validation rows is kept.
 *
 * Best is highest average precision at natural prevalence: it judges the whole ranking where forget tokens are found,
 * needs no threshold (so none can be overfitted) and, unlike accuracy or AUROC, feels a rare class. Rows are not
 * balanced or weighted: probabilities then mean what they say, and the intercept absorbs the prevalence anyway.
 */
import { fitLogistic, type LogisticFit } from "./logistic.js";
import { logitsOf } from "./loss.js";
import { auroc, averagePrecision, rankCurve } from "./rank.js";

/** Rows of one set at every layer: features [rows, width] each, and the labels they share. */
export interface Rows {
  layers: readonly { layer: number; features: Float32Array }[];
  width: number;
  labels: Uint8Array;
}

/** One fit of the sweep, judged on validation. */
export interface Candidate {
  layer: number;
  strength: number;
  averagePrecision: number;
  auroc: number;
  iterations: number;
}

export interface Chosen {
  layer: number;
  strength: number;
  fit: LogisticFit;
  candidates: Candidate[];
}

/**
 * Fits and judges all layers x strengths; ties go to the earlier layer (cheaper to score) and the stronger penalty.
 *
 * @throws RangeError when train or validation rows are all of one class
 */
export function selectProbe(
  train: Rows,
  validation: Rows,
  strengths: readonly number[],
  onFit: (candidate: Candidate) => void = () => {},
): Chosen {
  let best: (Chosen & { averagePrecision: number }) | undefined;
  const candidates: Candidate[] = [];
  const descending = [...new Set(strengths)].sort((a, b) => b - a);
  for (const [index, { layer, features }] of train.layers.entries()) {
    let fit: LogisticFit | undefined;
    for (const strength of descending) {
      fit = fitLogistic({ features, width: train.width, labels: train.labels }, { strength, start: fit });
      const curve = rankCurve(logitsOf(validation.layers[index].features, fit), validation.labels);
      if (curve.positives === 0 || curve.negatives === 0) {
        throw new RangeError(`Of ${validation.labels.length} validation labels ${curve.positives} are forget`);
      }
      const judged = { averagePrecision: averagePrecision(curve), auroc: auroc(curve) };
      const candidate = { layer, strength, ...judged, iterations: fit.iterations };
      candidates.push(candidate);
      onFit(candidate);
      if (!best || candidate.averagePrecision > best.averagePrecision) best = { ...candidate, fit, candidates };
    }
  }
  if (!best) throw new Error("selectProbe needs at least one layer and one strength");
  return { layer: best.layer, strength: best.strength, fit: best.fit, candidates };
}
