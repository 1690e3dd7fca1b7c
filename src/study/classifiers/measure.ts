/**
 * @file Figures of a ranking of rows under document weights: what the bootstrap computes a thousand times.
 *
 * Rows are sorted once; a draw of documents only changes what each row weighs, so a resample is one pass. Equal logits move
 * together. The same figures without weights come from classify/rank.ts; a test holds both together.
 */
import type { TestRows } from "../../classify/index.js";
import { isForget } from "../../filter/index.js";
import type { Measure } from "./results.js";

/** Rows whose value is known, best logit first. All [rows]. */
export interface RankedRows {
  logits: Float64Array;
  labels: Uint8Array;
  /** 1 where the classifier's threshold flags the row. */
  flagged: Uint8Array;
  /** Index of the row's document among `documents`. */
  document: Uint32Array;
  /** Documents with a row, ascending indices in their split. */
  documents: Uint32Array;
}

/** @param values - 1 = forget, 0 = retain, anything else is left out @param threshold - in [0, 1], on stored scores */
export function rankRows(rows: TestRows, values: Uint8Array, threshold: number): RankedRows {
  const order = Uint32Array.from(values.keys())
    .filter((row) => values[row] <= 1)
    .sort((a, b) => rows.logits[b] - rows.logits[a] || a - b);
  const documents = Uint32Array.from(new Set(order.map((row) => rows.documents[row]))).sort();
  const placeOf = new Map([...documents].map((index, place) => [index, place]));
  const flags = isForget(rows.scores, threshold);
  return {
    logits: Float64Array.from(order, (row) => rows.logits[row]),
    labels: Uint8Array.from(order, (row) => values[row]),
    flagged: Uint8Array.from(order, (row) => flags[row]),
    document: Uint32Array.from(order, (row) => placeOf.get(rows.documents[row])!),
    documents,
  };
}

/** Every measure when each row weighs what its document does; without weights, one. NaN where a class is absent. */
export function measuresOf(
  { logits, labels, flagged, document }: RankedRows,
  weights?: Uint32Array,
): Record<Measure, number> {
  let [positives, negatives, hits, alarms] = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[document[row]] : 1;
    if (labels[row] === 1) positives += weight;
    else negatives += weight;
    if (flagged[row] === 0) continue;
    if (labels[row] === 1) hits += weight;
    else alarms += weight;
  }
  let [area, sum, best] = [0, 0, 0];
  let [tp, fp, tpBefore, fpBefore] = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? weights[document[row]] : 1;
    if (labels[row] === 1) tp += weight;
    else fp += weight;
    if (row + 1 < labels.length && logits[row + 1] === logits[row]) continue;
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    if (tp > tpBefore) sum += ((tp - tpBefore) * tp) / (tp + fp);
    best = Math.max(best, (2 * tp) / (tp + fp + positives));
    [tpBefore, fpBefore] = [tp, fp];
  }
  const [recall, fallOut] = [hits / positives, alarms / negatives];
  return {
    f1: (2 * hits) / (hits + alarms + positives),
    precision: hits + alarms === 0 ? 0 : hits / (hits + alarms),
    recall,
    accuracy: (hits + negatives - alarms) / (positives + negatives),
    averagePrecision: sum / positives,
    auroc: area / (positives * negatives),
    bestF1: positives > 0 ? best : Number.NaN,
    // Both classes weigh the same: what a balanced sample shows, without drawing one.
    balancedF1: (2 * recall) / (recall + fallOut + 1),
    balancedAccuracy: (recall + 1 - fallOut) / 2,
  };
}
