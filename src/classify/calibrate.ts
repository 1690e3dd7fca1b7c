/**
 * @file Calibration: from a probe's logit to a probability that means what it says.
 *
 * Platt scaling, p = sigmoid(slope x logit + intercept), fitted on validation rows. Chosen over isotonic regression
 * because it is strictly monotone: it keeps the ranking (so AUROC and every share stay reachable) where isotonic merges
 * scores into a few steps, and two numbers cannot overfit a small validation set. Chosen over a temperature alone
 * because the intercept corrects a prevalence that differs between train and validation documents.
 */
import { sigmoid } from "./loss.js";

export interface Calibration {
  slope: number;
  intercept: number;
}

/** p = sigmoid(slope x logit + intercept). */
export function calibrated(logits: Float64Array, { slope, intercept }: Calibration): Float64Array {
  return logits.map((logit) => sigmoid(slope * logit + intercept));
}

/**
 * Fits Platt scaling by Newton's method, with Platt's (1999) smoothed targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), so
 * that separable data give finite numbers. A logit that does not rise with the label (slope <= 0) has learned nothing:
 * it gets slope 0 and the smoothed prevalence, never a reversed ranking.
 */
export function fitPlatt(logits: Float64Array, labels: Uint8Array): Calibration {
  const forget = labels.reduce((sum, label) => sum + label, 0);
  const retain = labels.length - forget;
  const high = (forget + 1) / (forget + 2);
  const low = 1 / (retain + 2);
  const prevalence = (forget * high + retain * low) / Math.max(labels.length, 1);
  const flat = { slope: 0, intercept: Math.log(prevalence / (1 - prevalence)) };
  if (forget === 0 || retain === 0) return flat;
  // In standard units the two unknowns have comparable curvature, whatever the scale of the logits.
  const mean = logits.reduce((sum, z) => sum + z, 0) / logits.length;
  const sd = Math.sqrt(logits.reduce((sum, z) => sum + (z - mean) ** 2, 0) / logits.length);
  if (!(sd > 0)) return flat;
  const standard = logits.map((z) => (z - mean) / sd);
  let [a, b] = [0, flat.intercept];
  let loss = plattLoss(standard, labels, high, low, a, b);
  for (let iteration = 0; iteration < 100; iteration++) {
    const { ga, gb, haa, hab, hbb } = derivatives(standard, labels, high, low, a, b);
    const determinant = haa * hbb - hab * hab;
    const stepA = (hbb * ga - hab * gb) / determinant;
    const stepB = (haa * gb - hab * ga) / determinant;
    let [scale, reached] = [1, plattLoss(standard, labels, high, low, a - stepA, b - stepB)];
    while (!(reached < loss) && scale > 1e-6) {
      scale /= 2;
      reached = plattLoss(standard, labels, high, low, a - scale * stepA, b - scale * stepB);
    }
    if (!(reached < loss)) break;
    [a, b, loss] = [a - scale * stepA, b - scale * stepB, reached];
  }
  return a > 0 ? { slope: a / sd, intercept: b - (a * mean) / sd } : flat;
}

function plattLoss(z: Float64Array, labels: Uint8Array, high: number, low: number, a: number, b: number): number {
  let loss = 0;
  for (let i = 0; i < z.length; i++) {
    const logit = a * z[i] + b;
    const target = labels[i] === 1 ? high : low;
    loss += Math.max(logit, 0) - target * logit + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  return loss;
}

function derivatives(z: Float64Array, labels: Uint8Array, high: number, low: number, a: number, b: number) {
  const sums = { ga: 0, gb: 0, haa: 1e-12, hab: 0, hbb: 1e-12 };
  for (let i = 0; i < z.length; i++) {
    const p = sigmoid(a * z[i] + b);
    const difference = p - (labels[i] === 1 ? high : low);
    const curvature = p * (1 - p);
    sums.ga += difference * z[i];
    sums.gb += difference;
    sums.haa += curvature * z[i] * z[i];
    sums.hab += curvature * z[i];
    sums.hbb += curvature;
  }
  return sums;
}

export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  /** Mean predicted probability and observed forget share of the rows in the bin. */
  predicted: number;
  observed: number;
}

/** Reliability diagram over equal-width bins (empty ones left out) and the expected calibration error. */
export function reliability(probabilities: ArrayLike<number>, labels: Uint8Array, bins = 10) {
  const sums = Array.from({ length: bins }, () => ({ count: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const bin = sums[Math.min(Math.floor(probabilities[i] * bins), bins - 1)];
    bin.count++;
    bin.predicted += probabilities[i];
    bin.observed += labels[i];
  }
  const filled: ReliabilityBin[] = [];
  let expectedCalibrationError = 0;
  for (const [bin, { count, predicted, observed }] of sums.entries()) {
    if (count === 0) continue;
    expectedCalibrationError += Math.abs(predicted - observed) / labels.length;
    filled.push({
      from: bin / bins,
      to: (bin + 1) / bins,
      count,
      predicted: predicted / count,
      observed: observed / count,
    });
  }
  return { bins: filled, expectedCalibrationError };
}
