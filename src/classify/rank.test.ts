import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import * as rank from "./rank.js";

/** Synthetic scores with many ties. */
function tied(seed: number, rows = 60) {
  const draw = random(seed, "synthetic scores");
  const labels = Uint8Array.from({ length: rows }, () => (draw.uniform() < 0.3 ? 1 : 0));
  const scores = Float64Array.from(labels, (label) => Math.round(4 * draw.uniform() + 2 * label) / 6);
  labels.set([0, 1]);
  return { scores, labels, curve: rank.rankCurve(scores, labels) };
}
/** Oracle: the rows at or above a threshold, counted one by one. */
function brute({ scores, labels }: { scores: Float64Array; labels: Uint8Array }, threshold: number) {
  let [hits, flagged, positives] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    positives += labels[i];
    if (scores[i] >= threshold) {
      flagged++;
      hits += labels[i];
    }
  }
  return { precision: flagged ? hits / flagged : 0, recall: hits / positives, f1: (2 * hits) / (flagged + positives) };
}

describe("metrics of a ranking, against brute force on synthetic scores with ties (seeds 1-5)", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const data = tied(seed);
    const { scores, labels, curve } = data;
    const rows = [...scores.keys()];
    it(`AUROC is the share of pairs in order, ties half (seed ${seed})`, () => {
      let [won, pairs] = [0, 0];
      for (const i of rows)
        for (const j of rows)
          if (labels[i] > labels[j]) {
            pairs++;
            won += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
          }
      expect(rank.auroc(curve)).toBeCloseTo(won / pairs, 12);
    });
    it(`average precision sums precision over recall steps (seed ${seed})`, () => {
      const thresholds = [...new Set(scores)].sort((a, b) => b - a);
      let [expected, before] = [0, 0];
      for (const threshold of thresholds) {
        const { precision, recall } = brute(data, threshold);
        expected += (recall - before) * precision;
        before = recall;
      }
      expect(rank.averagePrecision(curve)).toBeCloseTo(expected, 12);
    });
    it(`decisions count rows at or above the threshold; the best F1 is the best of all (seed ${seed})`, () => {
      for (const threshold of [0, 0.2, 0.5, 4 / 6, 1, 1.1]) {
        expect(rank.decision(curve, threshold)).toMatchObject(brute(data, threshold));
      }
      const all = [...scores].map((threshold) => brute(data, threshold).f1);
      expect(rank.bestF1(curve).f1).toBeCloseTo(Math.max(...all), 12);
      expect(brute(data, rank.bestF1(curve).threshold).f1).toBeCloseTo(rank.bestF1(curve).f1, 12);
    });
  }
  it("does not depend on the order of the rows", () => {
    const { scores, labels, curve } = tied(6);
    expect(rank.rankCurve(scores.slice().reverse(), labels.slice().reverse())).toEqual(curve);
  });
  it("reads u8 scores as it reads probabilities", () => {
    const { scores, labels, curve } = tied(7);
    const stored = Uint8Array.from(scores, (score) => Math.round(score * 120));
    expect(rank.auroc(rank.rankCurve(stored, labels))).toBe(rank.auroc(curve));
  });
  it("a perfect ranking scores 1, a reversed one 0, a constant one one half", () => {
    const labels = Uint8Array.of(0, 0, 1, 1);
    const area = (scores: number[]) => rank.auroc(rank.rankCurve(scores, labels));
    expect([area([1, 2, 3, 4]), area([4, 3, 2, 1]), area([1, 1, 1, 1])]).toEqual([1, 0, 0.5]);
  });
});

describe("balanced figures", () => {
  it("keep AUROC and recall, and equal the figures with every retain row duplicated away", () => {
    const { curve } = tied(3);
    const even = rank.balance(curve);
    expect(rank.auroc(even)).toBeCloseTo(rank.auroc(curve), 12);
    const natural = rank.decision(curve, 0.5);
    const balanced = rank.decision(even, 0.5);
    expect(balanced.recall).toBe(natural.recall);
    const falseRate = curve.falsePositives[curve.scores.findLastIndex((s) => s >= 0.5)] / curve.negatives;
    expect(balanced.precision).toBeCloseTo(natural.recall / (natural.recall + falseRate), 12);
  });
});

describe("precision-recall points", () => {
  it("lie on the curve, rise in recall, end at recall 1 and are few", () => {
    const { scores, labels, curve } = tied(4, 400);
    const points = rank.precisionRecallPoints(curve, 5);
    expect(points.length).toBeLessThanOrEqual(6);
    expect(points.at(-1)!.recall).toBe(1);
    const all = [...new Set(scores)].map((threshold) => brute({ scores, labels }, threshold));
    for (const [k, point] of points.entries()) {
      expect(all).toContainEqual(expect.objectContaining(point));
      if (k > 0) expect(point.recall).toBeGreaterThan(points[k - 1].recall);
    }
  });
});
