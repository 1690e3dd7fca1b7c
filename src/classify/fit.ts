/**
 * @file One probe from rows to its entry in classifier.json: chosen, calibrated, given thresholds, measured.
 *
 * Validation rows choose the layer and strength, calibrate and set thresholds; test rows are only measured.
 */
import { type Calibration, calibrated, fitPlatt } from "./calibrate.js";
import type { ProbeFile, Thresholds } from "./classifier-file.js";
import { type LinearProbe, logitsOf } from "./loss.js";
import { qualityOf } from "./quality.js";
import type { Sample } from "./samples.js";
import { type Candidate, type Rows, selectProbe } from "./select.js";
import { histogramOf, quantise, thresholdForF1, thresholdForRecall, thresholdForShare } from "./threshold.js";

/** What a row is. */
export type Granularity = "token" | "document";

/** Shares and recalls whose thresholds are kept for reference; any other is found from scores by `npx lacuna filter`. */
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

/** All that was decided before anything was measured. */
export type Decided = Pick<ProbeFile, "layer" | "strength" | "calibration" | "thresholds" | "trainRows" | "candidates">;

/** A probe with all that was decided for it. */
export interface Fitted extends Decided {
  probe: LinearProbe;
}

/** One of several, all of which were judged. */
export interface ChosenProbe extends Fitted {
  candidates: Candidate[];
}

/** Used where validation rows are of one class: a logistic model's own probabilities. */
export const UNCALIBRATED: Calibration = { slope: 1, intercept: 0 };
/** The threshold where no F1 can choose one: an even chance, as stored. */
const EVEN = 128 / 255;

/** Chooses, calibrates and sets thresholds. */
export function fitProbe(
  train: Rows,
  validation: Rows,
  strengths: readonly number[],
  onFit?: (candidate: Candidate) => void,
): ChosenProbe {
  const { layer, strength, fit, candidates } = selectProbe(train, validation, strengths, onFit);
  const decided = decide(logitsAt(validation, layer, fit), validation.labels);
  const probe = { weights: fit.weights, bias: fit.bias };
  return { layer, strength, ...decided, trainRows: train.labels.length, candidates, probe };
}

/**
 * Calibration and thresholds from the logits of validation rows.
 *
 * @param calibrateOn - logits of the same rows to calibrate on, where a logit holds what the labels were made of
 * @param fallback - the calibration where rows are of one class
 */
export function decide(
  logits: Float64Array,
  labels: Uint8Array,
  { calibrateOn = logits, fallback = UNCALIBRATED }: { calibrateOn?: Float64Array; fallback?: Calibration } = {},
) {
  const calibration = hasBothClasses(labels) ? fitPlatt(calibrateOn, labels) : fallback;
  return { calibration, thresholds: thresholdsFor(quantise(calibrated(logits, calibration)), labels) };
}

export function hasBothClasses(labels: Uint8Array): boolean {
  return labels.includes(0) && labels.includes(1);
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
    f1: hasBothClasses(labels) ? thresholdForF1(forget, retain) : { threshold: EVEN, f1: null },
    share: SHARES.map((wanted) => ({ wanted, ...thresholdForShare(all, wanted) })),
    recall: RECALLS.map((wanted) => ({ wanted, ...thresholdForRecall(forget, wanted) })),
    histograms: { forget: [...forget], retain: [...retain] },
  };
}

/** Quality on rows, leaving out those whose label is neither 0 nor 1 (truth unknown). */
export function measure(
  { calibration, thresholds }: Pick<Decided, "calibration" | "thresholds">,
  logits: Float64Array,
  labels: Uint8Array,
  sources: readonly string[],
) {
  const known = Uint32Array.from(labels.keys()).filter((row) => labels[row] <= 1);
  const judged = {
    logits: Float64Array.from(known, (row) => logits[row]),
    labels: Uint8Array.from(known, (row) => labels[row]),
    sources: Array.from(known, (row) => sources[row]),
  };
  return qualityOf(judged, calibration, thresholds.f1.threshold);
}
