import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { minimise } from "./lbfgs.js";
import { fitLogistic } from "./logistic.js";
import { logitsOf, meanLoss, sigmoid } from "./loss.js";
import { syntheticRows } from "./testing/synthetic.js";

describe("the loss of a probe", () => {
  it("has the gradient that finite differences show, for any number of rows (seed 5)", () => {
    for (const rows of [1, 4, 7, 30]) {
      const data = syntheticRows(rows, 6, 5);
      const draw = random(5, "synthetic point");
      const x = Float64Array.from({ length: 7 }, () => draw.normal() / 4);
      const gradient = new Float64Array(7);
      meanLoss(data, 0.3, x, gradient);
      for (let j = 0; j < 7; j++) {
        const at = (step: number) =>
          meanLoss(
            data,
            0.3,
            x.map((v, k) => v + (k === j ? step : 0)),
            new Float64Array(7),
          );
        expect((at(1e-6) - at(-1e-6)) / 2e-6).toBeCloseTo(gradient[j], 6);
      }
    }
  });
  it("equals the textbook formula, with the intercept not penalised", () => {
    const rows = syntheticRows(9, 3, 1);
    const x = Float64Array.of(0.2, -0.1, 0.05, 4);
    let expected = (0.7 / 2) * (0.2 ** 2 + 0.1 ** 2 + 0.05 ** 2);
    for (let i = 0; i < 9; i++) {
      const p = sigmoid(4 + [0, 1, 2].reduce((sum, j) => sum + x[j] * rows.features[i * 3 + j], 0));
      expected -= Math.log(rows.labels[i] ? p : 1 - p) / 9;
    }
    expect(meanLoss(rows, 0.7, x, new Float64Array(4))).toBeCloseTo(expected, 10);
  });
  it("stays finite for logits of any size", () => {
    const rows = { features: Float32Array.of(1e4, -1e4), width: 1, labels: Uint8Array.of(0, 1) };
    expect(meanLoss(rows, 0, Float64Array.of(1, 0), new Float64Array(2))).toBe(1e4);
  });
});

describe("logistic regression", () => {
  it("reaches the minimum: the gradient vanishes and another optimiser finds the same weights", () => {
    const rows = syntheticRows(1200, 8, 2);
    const fit = fitLogistic(rows, { strength: 3, tolerance: 1e-14 });
    const gradient = new Float64Array(9);
    const value = meanLoss(rows, 3 / 1200, Float64Array.of(...fit.weights, fit.bias), gradient);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-6);
    expect(fit.value).toBeCloseTo(value * 1200, 8);
    const plain = minimise((x, g) => meanLoss(rows, 3 / 1200, x, g), new Float64Array(9), {
      tolerance: 1e-15,
      maxIterations: 5000,
    });
    for (let j = 0; j < 8; j++) expect(fit.weights[j]).toBeCloseTo(plain.x[j], 4);
    expect(fit.bias).toBeCloseTo(plain.x[8], 4);
  });
  it("has the analytic solution on one binary feature: the log odds of each group", () => {
    const features = Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1));
    const labels = Uint8Array.from({ length: 40 }, (_, i) => (i < 5 || (i >= 20 && i < 35) ? 1 : 0));
    const { weights, bias } = fitLogistic({ features, labels, width: 1 }, { strength: 1e-9, tolerance: 1e-14 });
    expect(bias).toBeCloseTo(Math.log(5 / 15), 5);
    expect(weights[0]).toBeCloseTo(Math.log(15 / 5) - Math.log(5 / 15), 5);
  });
  it("has the analytic solution under overwhelming strength: the prevalence", () => {
    const rows = syntheticRows(300, 4, 9);
    const fit = fitLogistic(rows, { strength: 1e12 });
    const prevalence = rows.labels.reduce((a, b) => a + b) / 300;
    expect(sigmoid(fit.bias)).toBeCloseTo(prevalence, 4);
    for (const weight of fit.weights) expect(Math.abs(weight)).toBeLessThan(1e-6);
  });
  it("stays finite on separable data, and smaller the stronger the penalty", () => {
    const features = Float32Array.of(-2, -1, 1, 2);
    const labels = Uint8Array.of(0, 0, 1, 1);
    const sizes = [1e-3, 1, 100].map(
      (strength) => fitLogistic({ features, labels, width: 1 }, { strength }).weights[0],
    );
    expect(sizes.every(Number.isFinite)).toBe(true);
    expect(sizes[0]).toBeLessThan(20);
    expect(sizes[0]).toBeGreaterThan(sizes[1]);
    expect(sizes[1]).toBeGreaterThan(sizes[2]);
  });
  it("copes with constant and duplicate features", () => {
    const base = syntheticRows(200, 2, 4);
    const features = new Float32Array(200 * 4);
    for (let i = 0; i < 200; i++) features.set([base.features[2 * i], base.features[2 * i], 5, 0], 4 * i);
    const fit = fitLogistic({ features, labels: base.labels, width: 4 }, { strength: 1, tolerance: 1e-14 });
    expect(fit.weights[0]).toBeCloseTo(fit.weights[1], 6);
    expect(Math.abs(fit.weights[3])).toBeLessThan(1e-12);
  });
  it("gives the same weights from another start, and the same bytes twice", () => {
    const rows = syntheticRows(500, 5, 6);
    const [a, b] = [0, 1].map(() => fitLogistic(rows, { strength: 1 }));
    expect([...a.weights]).toEqual([...b.weights]);
    const start = fitLogistic(rows, { strength: 100 });
    const warm = fitLogistic(rows, { strength: 1, start });
    for (let j = 0; j < 5; j++) expect(warm.weights[j]).toBeCloseTo(a.weights[j], 4);
  });
  it("needs few passes over features of very different scales and over nearly collinear ones", () => {
    const rows = syntheticRows(2000, 40, 8, -3);
    expect(fitLogistic(rows, { strength: 0.1 }).evaluations).toBeLessThan(40);
    // Synthetic: every feature is a hundred times one shared value plus a little of its own, as in residual streams.
    const collinear = rows.features.map((value, i) => 100 * rows.features[i - (i % 40)] + 0.1 * value);
    expect(fitLogistic({ ...rows, features: collinear }, { strength: 0.1 }).evaluations).toBeLessThan(40);
  });
  it("refuses labels of one class", () => {
    const rows = syntheticRows(10, 2, 1);
    expect(() => fitLogistic({ ...rows, labels: new Uint8Array(10) }, { strength: 1 })).toThrow(RangeError);
  });
});

describe("logits", () => {
  it("are weights . features + bias for each row", () => {
    const probe = { weights: Float64Array.of(2, -1), bias: 0.5 };
    expect([...logitsOf(Float32Array.of(1, 2, 3, 4), probe)]).toEqual([0.5, 2.5]);
  });
});
