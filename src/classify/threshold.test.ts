import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { bestF1, rankCurve } from "./rank.js";
import { histogramOf, quantise, thresholdForF1, thresholdForRecall, thresholdForShare } from "./threshold.js";

/** Synthetic stored scores: forget rows score higher. */
function synthetic(seed: number, rows = 4000) {
  const draw = random(seed, "synthetic stored scores");
  const labels = Uint8Array.from({ length: rows }, () => (draw.uniform() < 0.15 ? 1 : 0));
  const scores = quantise(Float64Array.from(labels, (label) => Math.min(1, draw.uniform() ** (label ? 0.5 : 4))));
  return { scores, labels };
}
const flagged = (scores: Uint8Array, threshold: number) => scores.filter((score) => score >= threshold * 255).length;

describe("stored scores", () => {
  it("are round(255 p)", () => {
    expect([...quantise(Float64Array.of(0, 0.5, 0.001, 1))]).toEqual([0, 128, 0, 255]);
  });
});

describe("a threshold for a filtered share", () => {
  it("reaches the paper's shares within half a point, and reports the share it reaches", () => {
    const { scores } = synthetic(1);
    for (const wanted of [0.5, 0.25, 0.125, 0.0625, 0.03125]) {
      const { threshold, share } = thresholdForShare(histogramOf(scores), wanted);
      expect(Math.abs(share - wanted)).toBeLessThan(0.005);
      expect(flagged(scores, threshold) / scores.length).toBeCloseTo(share, 12);
    }
  });
  it("weighs documents by their tokens", () => {
    const scores = Uint8Array.of(10, 20, 30);
    expect(thresholdForShare(histogramOf(scores, [50, 30, 20]), 0.5)).toEqual({ threshold: 20 / 255, share: 0.5 });
  });
  it("takes the nearest share there is when ties make the wanted one impossible, and the lesser of two as near", () => {
    const half = Uint8Array.of(0, 0, 9, 9);
    expect(thresholdForShare(histogramOf(half), 0.4).share).toBe(0.5);
    expect(thresholdForShare(histogramOf(half), 0.25).share).toBe(0);
  });
});

describe("a threshold for a recall", () => {
  it("is the highest that still catches enough", () => {
    const { scores, labels } = synthetic(2);
    const forget = scores.filter((_, i) => labels[i] === 1);
    const { threshold, recall } = thresholdForRecall(histogramOf(forget), 0.9);
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(flagged(forget, threshold) / forget.length).toBeCloseTo(recall, 12);
    expect(flagged(forget, threshold + 1 / 255) / forget.length).toBeLessThan(0.9);
  });
});

describe("the threshold of the best F1", () => {
  it("is the one a search over all thresholds finds (seeds 3-5)", () => {
    for (const seed of [3, 4, 5]) {
      const { scores, labels } = synthetic(seed);
      const of = (wanted: number) => histogramOf(scores.filter((_, i) => labels[i] === wanted));
      const best = bestF1(rankCurve(scores, labels));
      const { threshold, f1 } = thresholdForF1(of(1), of(0));
      expect(threshold).toBe(best.threshold / 255);
      expect(f1).toBeCloseTo(best.f1, 12);
    }
  });
  it("filters as little as possible when nothing is forget", () => {
    expect(thresholdForF1(new Float64Array(256), histogramOf(Uint8Array.of(1, 2)))).toEqual({ threshold: 1, f1: 0 });
  });
});
