/**
 * @file How well a linear probe on one model's states tells two kinds apart, on documents it has not seen.
 *
 * Layers and penalties are chosen on validation documents, test documents are read once. Intervals resample documents,
 * for tokens and passages of one document are alike.
 */

import { random } from "../../base/random.js";
import { calibrated, type Fitted, logitsAt, quantise, type Rows } from "../../classify/index.js";
import type { Figure } from "../statistics.js";

export interface GroupedRows extends Rows {
  /** Per row, its document. */
  documents: Uint32Array;
}

export interface ProbeQuality {
  rows: number;
  documents: number;
  /** Share of rows that are forget. */
  prevalence: number;
  f1: Figure;
  auroc: Figure;
}

const RESAMPLES = 1000;

/** F1 at the threshold validation chose, and AUROC, of test rows read at the fitted layer. */
export function judgeProbe(fitted: Fitted, rows: GroupedRows, seed: number): ProbeQuality {
  const logits = logitsAt(rows, fitted.layer, fitted.probe);
  const cut = Math.round(fitted.thresholds.f1.threshold * 255);
  const isFlagged = quantise(calibrated(logits, fitted.calibration)).map((score) => (score >= cut ? 1 : 0));
  const { clusters, of } = clustersOf(rows.documents);
  const [hits, flagged, forget] = [0, 1, 2].map(() => new Float64Array(clusters));
  for (const [row, label] of rows.labels.entries()) {
    hits[of[row]] += label & isFlagged[row];
    flagged[of[row]] += isFlagged[row];
    forget[of[row]] += label;
  }
  const f1 = bootstrapClusters(clusters, seed, (weights) => {
    const total = (values: Float64Array) => values.reduce((sum, value, i) => sum + weights[i] * value, 0);
    return (2 * total(hits)) / (total(flagged) + total(forget));
  });
  const positives = rows.labels.reduce((sum, label) => sum + label, 0);
  return {
    ...{ rows: rows.labels.length, documents: clusters, prevalence: positives / rows.labels.length },
    ...{ f1, auroc: aurocOf(logits, rows.labels, rows.documents, seed) },
  };
}

/** Area under the ROC curve, rows of a document drawn together; 0.5 is chance. */
export function aurocOf(logits: Float64Array, labels: Uint8Array, documents: Uint32Array, seed: number): Figure {
  const { clusters, of } = clustersOf(documents);
  // Ranked once: a resample only weighs rows anew.
  const ranked = Uint32Array.from(labels.keys()).sort((a, b) => logits[a] - logits[b]);
  return bootstrapClusters(clusters, seed, (weights) => {
    let [area, forgetSum, retainSum] = [0, 0, 0];
    for (let start = 0; start < ranked.length; ) {
      const tied = logits[ranked[start]];
      let [forget, retain] = [0, 0];
      for (; start < ranked.length && logits[ranked[start]] === tied; start++) {
        const row = ranked[start];
        if (labels[row] === 1) forget += weights[of[row]];
        else retain += weights[of[row]];
      }
      area += forget * (retainSum + retain / 2);
      forgetSum += forget;
      retainSum += retain;
    }
    return area / (forgetSum * retainSum);
  });
}

/** Mean of the two classes' recalls at probability one half; 0.5 is chance. */
export function balancedAccuracy(
  logits: Float64Array,
  labels: Uint8Array,
  documents: Uint32Array,
  seed: number,
): Figure {
  const { clusters, of } = clustersOf(documents);
  const right = [0, 1].map(() => new Float64Array(clusters));
  const all = [0, 1].map(() => new Float64Array(clusters));
  for (const [row, label] of labels.entries()) {
    all[label][of[row]]++;
    if (Number(logits[row] >= 0) === label) right[label][of[row]]++;
  }
  return bootstrapClusters(clusters, seed, (weights) => {
    const total = (values: Float64Array) => values.reduce((sum, value, i) => sum + weights[i] * value, 0);
    return (total(right[0]) / total(all[0]) + total(right[1]) / total(all[1])) / 2;
  });
}

function clustersOf(documents: Uint32Array) {
  const names = new Map<number, number>();
  for (const document of documents) if (!names.has(document)) names.set(document, names.size);
  return { clusters: names.size, of: Uint32Array.from(documents, (document) => names.get(document)!) };
}

/** A figure of weighted clusters with its percentile interval over resampled clusters. */
function bootstrapClusters(clusters: number, seed: number, figure: (weights: Float64Array) => number): Figure {
  const draw = random(seed, "clusters");
  const resampled: number[] = [];
  for (let round = 0; round < RESAMPLES; round++) {
    const weights = new Float64Array(clusters);
    for (let i = 0; i < clusters; i++) weights[draw.integer(clusters)]++;
    const value = figure(weights);
    if (Number.isFinite(value)) resampled.push(value);
  }
  resampled.sort((a, b) => a - b);
  const mean = resampled.reduce((a, b) => a + b, 0) / resampled.length;
  const variance = resampled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (resampled.length - 1);
  return {
    ...{ value: figure(new Float64Array(clusters).fill(1)), standardError: Math.sqrt(variance) },
    ...{
      low: resampled[Math.floor(0.025 * resampled.length)],
      high: resampled[Math.ceil(0.975 * resampled.length) - 1],
    },
    count: clusters,
  };
}
