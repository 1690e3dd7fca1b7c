import { describe, expect, it } from "vitest";
import { fitPlatt } from "./calibrate.js";
import { type Fitted, fitProbe, logitsAt, measure, thresholdsFor } from "./fit.js";
import { qualityOf } from "./quality.js";
import { bestF1, rankCurve } from "./rank.js";
import { type Rows, selectProbe } from "./select.js";
import { syntheticRows } from "./testing/synthetic.js";

/** Synthetic: layer 1 tells the labels, layer 0 and 2 hold the rows in another order, so they do not. */
function layered(seed: number, rows = 600) {
  const { features, width, labels } = syntheticRows(rows, 4, seed);
  const shuffled = Float32Array.from(features, (_, i) => features[(i + width * 17) % features.length]);
  return {
    layers: [
      { layer: 0, features: shuffled },
      { layer: 1, features },
      { layer: 2, features: shuffled },
    ],
    width,
    labels,
  };
}

describe("choosing a probe", () => {
  const [train, validation] = [layered(1), layered(2)];
  it("keeps the layer that ranks validation rows best, and reports every candidate", () => {
    const chosen = selectProbe(train, validation, [1, 100]);
    expect(chosen.layer).toBe(1);
    expect(chosen.candidates).toHaveLength(6);
    const best = Math.max(...chosen.candidates.map((c) => c.averagePrecision));
    const mine = chosen.candidates.find((c) => c.layer === chosen.layer && c.strength === chosen.strength);
    expect(mine!.averagePrecision).toBe(best);
  });
  it("prefers the earlier layer and the stronger penalty among equals", () => {
    const same = { ...train, layers: [0, 1].map((layer) => ({ layer, features: train.layers[1].features })) };
    const here = { ...validation, layers: [0, 1].map((layer) => ({ layer, features: validation.layers[1].features })) };
    expect(selectProbe(same, here, [1])).toMatchObject({ layer: 0 });
    const nothing = new Float32Array(train.labels.length * 4);
    const blank = { ...train, layers: [{ layer: 0, features: nothing }] };
    expect(selectProbe(blank, { ...blank }, [1, 1000])).toMatchObject({ strength: 1000 });
  });
  it("does not depend on the order in which strengths are given", () => {
    const [a, b] = [
      [1, 100, 10],
      [100, 10, 1],
    ].map((strengths) => selectProbe(train, validation, strengths));
    expect(a).toEqual(b);
  });
  it("refuses validation rows of one class", () => {
    expect(() => selectProbe(train, { ...validation, labels: new Uint8Array(600) }, [1])).toThrow(/0 are forget/);
  });
});

/** Quality of a probe on rows, against other labels than their own. */
function measured(fitted: Fitted, rows: Rows, labels: Uint8Array, sources: readonly string[]) {
  return measure(fitted, logitsAt(rows, fitted.layer, fitted.probe), labels, sources);
}

describe("a fitted probe", () => {
  const [train, validation, test] = [layered(1), layered(2), layered(3)];
  const fitted = fitProbe(train, validation, [1]);
  const sources = Array.from({ length: 600 }, (_, row) => (row < 200 ? "a" : "b"));

  it("is calibrated: its mean probability on validation is the prevalence there", () => {
    const quality = measured(fitted, validation, validation.labels, sources);
    const { bins } = quality.calibration;
    const mean = bins.reduce((sum, bin) => sum + bin.count * bin.predicted, 0) / 600;
    expect(mean).toBeCloseTo(quality.prevalence, 2);
  });
  it("decides at the threshold that is best on validation, not on the rows it is measured on", () => {
    const quality = measured(fitted, test, test.labels, sources);
    expect(quality.atThreshold.threshold).toBe(fitted.thresholds.f1.threshold);
    expect(quality.atThreshold.f1).toBeLessThanOrEqual(quality.bestF1);
    expect(measured(fitted, validation, validation.labels, sources).atThreshold.f1).toBeCloseTo(
      fitted.thresholds.f1.f1!,
      12,
    );
  });
  it("leaves out rows without a truth", () => {
    const unknown = test.labels.map((label, row) => (row < 100 ? 255 : label));
    expect(measured(fitted, test, unknown, sources)).toMatchObject({ rows: 500 });
  });
  it("splits its figures by source", () => {
    const { sources: by, rows } = measured(fitted, test, test.labels, sources);
    expect([by.a.rows, by.b.rows, rows]).toEqual([200, 400, 600]);
  });
});

describe("quality", () => {
  const labels = Uint8Array.of(0, 0, 0, 1, 1, 0);
  const logits = Float64Array.of(-3, -2, -1, 0, 2, 1);
  const sources = Array(6).fill("a");
  it("counts stored scores at or above the threshold", () => {
    const { atThreshold, prevalence } = qualityOf({ logits, labels, sources }, { slope: 1, intercept: 0 }, 128 / 255);
    expect(prevalence).toBeCloseTo(1 / 3, 12);
    // sigmoid(0) = 0.5 is stored as 128: flagged. So are the logits 1 and 2.
    expect(atThreshold).toMatchObject({ precision: 2 / 3, recall: 1, f1: 0.8, flaggedShare: 0.5 });
  });
  it("weighs both classes alike in the balanced figures", () => {
    const { balanced } = qualityOf({ logits, labels, sources }, { slope: 1, intercept: 0 }, 0.5);
    expect(balanced.atThreshold.precision).toBeCloseTo(1 / (1 + 1 / 4), 12);
  });
  it("has no ranking figures where a class is absent", () => {
    const { auroc, averagePrecision } = qualityOf(
      { logits, labels: new Uint8Array(6), sources },
      { slope: 1, intercept: 0 },
      0.5,
    );
    expect([auroc, averagePrecision]).toEqual([null, null]);
  });
});

describe("thresholds by rule", () => {
  it("agree with a search over the stored scores", () => {
    const { labels } = syntheticRows(500, 2, 3);
    const stored = Uint8Array.from(labels, (label, row) => (row * 37 + 90 * label) % 256);
    const thresholds = thresholdsFor(stored, labels);
    expect(thresholds.f1.threshold * 255).toBeCloseTo(bestF1(rankCurve(stored, labels)).threshold, 9);
    for (const { wanted, recall } of thresholds.recall) expect(recall).toBeGreaterThanOrEqual(wanted);
    for (const { wanted, share } of thresholds.share) expect(Math.abs(share - wanted)).toBeLessThan(0.01);
  });
  it("survive a probe that has learnt nothing", () => {
    const labels = Uint8Array.of(1, 0, 0, 1);
    expect(fitPlatt(new Float64Array(4), labels).slope).toBe(0);
    expect(thresholdsFor(Uint8Array.of(128, 128, 128, 128), labels).f1.threshold).toBe(128 / 255);
  });
});
