import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { calibrated, fitPlatt, reliability } from "./calibrate.js";
import { sigmoid } from "./loss.js";

/** Synthetic logits whose true probability is sigmoid(slope x logit + intercept). */
function synthetic(slope: number, intercept: number, rows = 20_000) {
  const draw = random(11, "synthetic logits");
  const logits = Float64Array.from({ length: rows }, () => 3 * draw.normal());
  const labels = Uint8Array.from(logits, (z) => (draw.uniform() < sigmoid(slope * z + intercept) ? 1 : 0));
  return { logits, labels };
}

describe("Platt scaling", () => {
  it("recovers the slope and intercept that made the labels (seed 11)", () => {
    const { logits, labels } = synthetic(0.5, -1.5);
    const { slope, intercept } = fitPlatt(logits, labels);
    expect(slope).toBeCloseTo(0.5, 1);
    expect(intercept).toBeCloseTo(-1.5, 1);
  });
  it("brings the mean probability to the prevalence and the calibration error near zero", () => {
    const { logits, labels } = synthetic(0.4, -2);
    const raw = reliability(logits.map(sigmoid), labels);
    const mended = calibrated(logits, fitPlatt(logits, labels));
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    expect(mean(mended)).toBeCloseTo(mean(labels), 3);
    expect(raw.expectedCalibrationError).toBeGreaterThan(0.1);
    expect(reliability(mended, labels).expectedCalibrationError).toBeLessThan(0.015);
  });
  it("is strictly monotone: it keeps the ranking", () => {
    const { logits, labels } = synthetic(0.5, -1.5, 500);
    const sorted = logits.slice().sort();
    const p = calibrated(sorted, fitPlatt(logits, labels));
    for (let i = 1; i < p.length; i++) expect(p[i]).toBeGreaterThan(p[i - 1]);
  });
  it("stays finite on separable logits and on one class", () => {
    const logits = Float64Array.of(-2, -1, 1, 2);
    const separable = fitPlatt(logits, Uint8Array.of(0, 0, 1, 1));
    expect(separable.slope).toBeGreaterThan(0);
    expect(separable.slope).toBeLessThan(100);
    for (const labels of [Uint8Array.of(0, 0, 0, 0), Uint8Array.of(1, 1, 1, 1)]) {
      const { slope, intercept } = fitPlatt(logits, labels);
      expect(slope).toBe(0);
      expect(Number.isFinite(intercept)).toBe(true);
    }
  });
  it("never reverses a ranking", () => {
    expect(fitPlatt(Float64Array.of(-2, -1, 1, 2), Uint8Array.of(1, 1, 0, 0)).slope).toBe(0);
  });
});

describe("reliability", () => {
  it("bins by probability, with 1 in the last bin, and weighs gaps by rows", () => {
    const { bins, expectedCalibrationError } = reliability([0.05, 0.05, 0.95, 1], Uint8Array.of(0, 1, 1, 1), 10);
    expect(bins).toEqual([
      { from: 0, to: 0.1, count: 2, predicted: 0.05, observed: 0.5 },
      { from: 0.9, to: 1, count: 2, predicted: 0.975, observed: 1 },
    ]);
    expect(expectedCalibrationError).toBeCloseTo((2 * 0.45 + 2 * 0.025) / 4, 12);
  });
});
