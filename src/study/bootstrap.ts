/**
 * @file Bootstrap intervals from per-document loss sums: over documents and over training runs.
 *
 * Documents are drawn with replacement, the same draw for every model (paired); every run's losses are then moved by a
 * draw of the training noise (noise.ts), and everything that is derived from losses, curves included, is derived again.
 * So an interval covers which documents happened to be held out, and which seeds happened to be trained. It does not
 * cover another corpus or another recipe.
 */
import type { Random } from "../base/random.js";

/** Summed loss and number of tokens per document and measure of one model, both [documents, measures], row-major. */
export interface LossTable {
  documents: number;
  measures: number;
  lossSum: Float64Array;
  count: Float64Array;
}

export interface Interval {
  low: number;
  high: number;
}

/** Mean loss per measure under document weights; null weights mean every document once. Shape [measures]. */
export function meanLosses(table: LossTable, weights: Uint32Array | null = null): Float64Array {
  const { documents, measures, lossSum, count } = table;
  const loss = new Float64Array(measures);
  const tokens = new Float64Array(measures);
  for (let document = 0, row = 0; document < documents; document++, row += measures) {
    const weight = weights ? weights[document] : 1;
    if (weight === 0) continue;
    for (let measure = 0; measure < measures; measure++) {
      loss[measure] += weight * lossSum[row + measure];
      tokens[measure] += weight * count[row + measure];
    }
  }
  return loss.map((sum, measure) => sum / tokens[measure]);
}

/** How often each of `documents` documents is in a draw of as many with replacement. */
export function drawDocuments(documents: number, rng: Random): Uint32Array {
  const weights = new Uint32Array(documents);
  for (let i = 0; i < documents; i++) weights[rng.integer(documents)]++;
  return weights;
}

/** Mean of several rows, entry by entry. */
export function average(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

/**
 * Draws documents and training noise, and derives the same quantities every time.
 *
 * @param runs - every run must hold the same documents and measures
 * @param derive - from losses [run][measure] to the quantities of interest
 * @param noise - factors [measure] by which a run's losses are moved, by its place among the runs
 * @returns every resampled quantity, [resample][quantity]
 */
export function bootstrap<Derived>(
  runs: readonly LossTable[],
  derive: (losses: readonly Float64Array[]) => Derived,
  { resamples, rng, noise }: { resamples: number; rng: Random; noise: (run: number) => Float64Array },
): Derived[] {
  return Array.from({ length: resamples }, () => {
    const weights = drawDocuments(runs[0].documents, rng);
    const losses = runs.map((run, index) => {
      const factors = noise(index);
      return meanLosses(run, weights).map((loss, measure) => loss * factors[measure]);
    });
    return derive(losses);
  });
}

/** Percentile interval; null when more than 5 % of the resamples have no value. */
export function percentileInterval(values: Float64Array, level = 0.95): Interval | null {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0 || finite.length < 0.95 * values.length) return null;
  return { low: quantile(finite, (1 - level) / 2), high: quantile(finite, (1 + level) / 2) };
}

/** Of sorted values, which may end in infinities. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const [left, right] = [sorted[below], sorted[Math.min(below + 1, sorted.length - 1)]];
  // Between equal infinities lies the same infinity.
  return left === right ? left : left + (position - below) * (right - left);
}
