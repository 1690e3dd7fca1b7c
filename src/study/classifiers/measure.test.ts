import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { auroc, averagePrecision, balance, bestF1, decision, rankCurve, type TestRows } from "../../classify/index.js";
import { measuresOf, rankRows } from "./measure.js";
import { derive, figureOf, resample } from "./resample.js";

const SEED = 6;

/** Synthetic rows of documents of different sizes; logits are rounded, so that many are equal. */
function synthetic(rows = 400, documents = 12, seed = SEED): TestRows & { truth: Uint8Array } {
  const draw = random(seed, "synthetic test rows");
  const truth = Uint8Array.from({ length: rows }, () => (draw.uniform() < 0.25 ? 1 : draw.uniform() < 0.05 ? 255 : 0));
  const logits = Float64Array.from(truth, (label) => Math.round(4 * (draw.normal() + (label === 1 ? 1 : -0.5))) / 4);
  return {
    truth,
    logits,
    scores: Uint8Array.from(logits, (logit) => Math.round(255 / (1 + Math.exp(-logit)))),
    documents: Uint32Array.from({ length: rows }, () => 3 * draw.integer(documents)),
    places: Uint32Array.from({ length: rows }, (_, row) => row),
    labels: truth,
  };
}

/** The rows repeated as often as their document was drawn. */
function repeated(rows: TestRows & { truth: Uint8Array }, times: Map<number, number>) {
  const known = [...rows.truth.keys()].filter((row) => rows.truth[row] <= 1);
  const kept = known.flatMap((row) => Array<number>(times.get(rows.documents[row]) ?? 0).fill(row));
  const labels = Uint8Array.from(kept, (row) => rows.truth[row]);
  return {
    ranked: rankCurve(
      kept.map((row) => rows.logits[row]),
      labels,
    ),
    stored: rankCurve(
      kept.map((row) => rows.scores[row]),
      labels,
    ),
  };
}

describe(`measures under document weights, on synthetic rows (seed ${SEED})`, () => {
  const rows = synthetic();
  const ranked = rankRows(rows, rows.truth, 0.5);

  it("are those of the rows repeated, as rank.ts computes them", () => {
    const draw = random(SEED, "weights");
    for (let trial = 0; trial < 5; trial++) {
      const weights = Uint32Array.from(ranked.documents, () => (trial === 0 ? 1 : draw.integer(4)));
      const times = new Map([...ranked.documents].map((index, place) => [index, weights[place]]));
      const oracle = repeated(rows, times);
      const found = measuresOf(ranked, weights);
      const cut = decision(oracle.stored, 128);
      const even = decision(balance(oracle.stored), 128);
      const { positives, negatives } = oracle.ranked;
      expect(found.auroc).toBeCloseTo(auroc(oracle.ranked), 10);
      expect(found.averagePrecision).toBeCloseTo(averagePrecision(oracle.ranked), 10);
      expect(found.bestF1).toBeCloseTo(bestF1(oracle.ranked).f1, 10);
      expect(found).toMatchObject({ precision: expect.closeTo(cut.precision), recall: expect.closeTo(cut.recall) });
      expect(found.f1).toBeCloseTo(cut.f1, 10);
      expect(found.balancedF1).toBeCloseTo(even.f1, 10);
      const wrong = positives * (1 - cut.recall) + cut.flaggedShare * (positives + negatives) - positives * cut.recall;
      expect(found.accuracy).toBeCloseTo(1 - wrong / (positives + negatives), 10);
      const fallOut = 2 * even.flaggedShare - even.recall;
      expect(found.balancedAccuracy).toBeCloseTo((even.recall + 1 - fallOut) / 2, 10);
      if (trial === 0) expect(measuresOf(ranked)).toEqual(found);
    }
  });

  it("do not exist without both classes", () => {
    const only = rankRows(
      rows,
      rows.truth.map((label) => (label === 1 ? 255 : label)),
      0.5,
    );
    const { auroc: area, averagePrecision: precision, f1 } = measuresOf(only);
    expect([area, precision]).toEqual([Number.NaN, Number.NaN]);
    expect(f1).toBe(0);
  });

  it("get intervals that narrow with documents and hold the value", () => {
    const widthOf = (documents: number) => {
      const many = synthetic(20 * documents, documents);
      const [{ f1 }] = resample([rankRows(many, many.truth, 0.5)], { resamples: 300, seed: 1 });
      const { value, low, high } = figureOf(f1.value, f1.draws);
      expect(value! > low! && value! < high!).toBe(true);
      return high! - low!;
    };
    // Sixteen times the documents: a quarter of the width, within what 300 draws tell.
    expect(widthOf(320) / widthOf(20)).toBeGreaterThan(0.15);
    expect(widthOf(320) / widthOf(20)).toBeLessThan(0.4);
  });

  it("are paired: a classifier's difference to itself has no width, and the same seed gives the same draws", () => {
    const [a, b] = resample([ranked, ranked], { resamples: 50, seed: 2 });
    expect(derive([a.auroc, b.auroc], (x, y) => y - x)).toEqual({ value: 0, low: 0, high: 0 });
    const [again] = resample([ranked], { resamples: 50, seed: 2 });
    expect(again.f1.draws).toEqual(a.f1.draws);
  });
});
