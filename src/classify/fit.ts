/**
 * @file One probe from samples to its entry in classifier.json: chosen, calibrated, given thresholds, measured.
 *
 * Validation rows choose the layer and strength, calibrate and set thresholds; test rows are only measured.
 */
import { calibrated, fitPlatt } from "./calibrate.js";
import type { ProbeFile, Thresholds } from "./classifier-file.js";
import { type LinearProbe, logitsOf } from "./loss.js";
import { qualityOf } from "./quality.js";
import type { Sample } from "./samples.js";
import { type Candidate, type Rows, selectProbe } from "./select.js";
import { histogramOf, quantise, thresholdForF1, thresholdForRecall, thresholdForShare } from "./threshold.js";

/** What a row is. */
export type Granularity = "token" | "document";

/** Shares and recalls whose thresholds are kept for reference; any other is found from scores by `lacuna filter`. */
const SHARES = [0.01, 0.03125, 0.0625, 0.125, 0.25, 0.5];
const RECALLS = [0.5, 0.8, 0.9, 0.95];

/** The rows of a sample, as the sweep wants them. */
export function rowsOf(sample: Sample, granularity: Granularity): Rows {
  const isToken = granularity === "token";
  return {
    layers: sample.layers.map(({ layer, tokens, documents }) => ({ layer, features: isToken ? tokens : documents })),
    width: sample.width,
    labels: isToken ? sample.tokenLabels : sample.documentLabels,
  };
}

/** A probe with all that was decided for it. */
export interface Fitted extends Pick<ProbeFile, "layer" | "strength" | "calibration" | "thresholds" | "trainRows"> {
  candidates: Candidate[];
  probe: LinearProbe;
}

/** Chooses, calibrates and sets thresholds. */
export function fitProbe(
  train: Rows,
  validation: Rows,
  strengths: readonly number[],
  onFit?: (candidate: Candidate) => void,
): Fitted {
  const { layer, strength, fit, candidates } = selectProbe(train, validation, strengths, onFit);
  const logits = logitsAt(validation, layer, fit);
  const calibration = fitPlatt(logits, validation.labels);
  const thresholds = thresholdsFor(quantise(calibrated(logits, calibration)), validation.labels);
  const probe = { weights: fit.weights, bias: fit.bias };
  return { layer, strength, calibration, thresholds, trainRows: train.labels.length, candidates, probe };
}

/** Logits of rows whose features were read at `layer`. */
export function logitsAt(rows: Rows, layer: number, probe: LinearProbe): Float64Array {
  const found = rows.layers.find((one) => one.layer === layer);
  if (!found) throw new Error(`Layer ${layer} was not read`);
  return logitsOf(found.features, probe);
}

/** Thresholds by every rule, from stored scores of validation rows at natural prevalence. */
export function thresholdsFor(stored: Uint8Array, labels: Uint8Array): Thresholds {
  const of = (wanted: number) => histogramOf(stored.filter((_, row) => labels[row] === wanted));
  const [retain, forget] = [of(0), of(1)];
  const all = histogramOf(stored);
  return {
    f1: thresholdForF1(forget, retain),
    share: SHARES.map((wanted) => ({ wanted, ...thresholdForShare(all, wanted) })),
    recall: RECALLS.map((wanted) => ({ wanted, ...thresholdForRecall(forget, wanted) })),
    histograms: { forget: [...forget], retain: [...retain] },
  };
}

/** Quality of a fitted probe on rows, leaving out those whose label is neither 0 nor 1 (truth unknown). */
export function measure(
  { probe, layer, calibration, thresholds }: Fitted,
  rows: Rows,
  labels: Uint8Array,
  sources: readonly string[],
) {
  const known = Uint32Array.from(labels.keys()).filter((row) => labels[row] <= 1);
  const logits = logitsAt(rows, layer, probe);
  const judged = {
    logits: Float64Array.from(known, (row) => logits[row]),
    labels: Uint8Array.from(known, (row) => labels[row]),
    sources: Array.from(known, (row) => sources[row]),
  };
  return qualityOf(judged, calibration, thresholds.f1.threshold);
}
