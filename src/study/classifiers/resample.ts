/**
 * @file Intervals of classifiers' figures: test documents are drawn with replacement, the same draw for all classifiers that
 * are judged on the same documents, so that differences between them are paired.
 *
 * What they cover is which documents happened to be tested. They do not cover the noise of training: one seed each.
 */
import { random } from "../../base/random.js";
import { drawDocuments, percentileInterval } from "../bootstrap.js";
import { measuresOf, type RankedRows } from "./measure.js";
import { type Figure, MEASURES, type Measure } from "./results.js";

/** One measure per classifier: its value, and its value under every draw, [resamples]. */
export type Resampled = Record<Measure, { value: number; draws: Float64Array }>;

export function resample(
  rows: readonly RankedRows[],
  { resamples, seed }: { resamples: number; seed: number },
  onDone: (done: number) => void = () => {},
): Resampled[] {
  const results = rows.map((one): Resampled => {
    const values = measuresOf(one);
    const entries = MEASURES.map((name) => [name, { value: values[name], draws: new Float64Array(resamples) }]);
    return Object.fromEntries(entries);
  });
  const drawOf = new Map<string, () => Uint32Array>();
  const keys = rows.map(({ documents }) => documents.join());
  for (let draw = 0; draw < resamples; draw++) {
    const weights = new Map<string, Uint32Array>();
    for (const [index, one] of rows.entries()) {
      const key = keys[index];
      if (!drawOf.has(key)) {
        const rng = random(seed, `test documents ${key}`);
        drawOf.set(key, () => drawDocuments(one.documents.length, rng));
      }
      if (!weights.has(key)) weights.set(key, drawOf.get(key)!());
      const values = measuresOf(one, weights.get(key));
      for (const name of MEASURES) results[index][name].draws[draw] = values[name];
    }
    onDone(draw + 1);
  }
  return results;
}

/** A value with the interval of its draws; nulls where there is none. */
export function figureOf(value: number, draws: Float64Array): Figure {
  const interval = percentileInterval(draws);
  const isThere = Number.isFinite(value);
  return {
    value: isThere ? value : null,
    low: isThere && interval ? interval.low : null,
    high: isThere && interval ? interval.high : null,
  };
}

/** A figure derived from the same measure of several classifiers, draw by draw. */
export function derive(
  of: readonly { value: number; draws: Float64Array }[],
  combine: (...values: number[]) => number,
): Figure {
  const draws = of[0].draws.map((_, draw) => combine(...of.map((one) => one.draws[draw])));
  return figureOf(combine(...of.map(({ value }) => value)), draws);
}
