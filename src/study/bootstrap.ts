/**
 * @file Bootstrap intervals from per-document loss sums.
 *
 * What an interval covers: which held-out documents happened to be in the test set. Documents are drawn with
 * replacement, the same draw for every model (paired), and everything derived from losses (fits included) is computed
 * again. With several training seeds per cell, seeds are drawn as well.
 * What it does not cover: with one seed per cell, the noise of training itself (initialisation, data order); and in
 * no case whether a power law is the right curve. Read it as a lower bound on the uncertainty.
 */
import type { Random } from "../base/random.js";

/** Summed loss and number of tokens per document and measure of one model, both [documents, measures], row-major. */
export interface LossTable {
  documents: number;
  measures: number;
  lossSum: Float64Array;
  count: Float64Array;
}

/** One place of the study's grid (size x arm) with the runs, one per seed, that were trained for it. */
export interface LossCell {
  /** Cells of one group (a size) draw the same seeds, so that arms stay paired. */
  group: string;
  runs: readonly LossTable[];
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

function average(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

/** Mean losses of every cell as observed: all documents once, mean over seeds. [cell][measure]. */
export function observedMeans(cells: readonly LossCell[]): Float64Array[] {
  return cells.map(({ runs }) => average(runs.map((run) => meanLosses(run))));
}

/**
 * Resamples documents (and seeds, where there are several) and derives the same quantities every time.
 *
 * @param cells - the grid; every run must hold the same documents and measures
 * @param derive - from losses [cell][measure] to the quantities of interest; NaN where one does not exist
 * @returns quantities as observed, and every resampled value: [quantity][resample]
 */
export function bootstrap(
  cells: readonly LossCell[],
  derive: (losses: readonly Float64Array[]) => readonly number[],
  { resamples, rng }: { resamples: number; rng: Random },
): { observed: readonly number[]; resampled: Float64Array[] } {
  const documents = cells[0].runs[0].documents;
  const observed = derive(observedMeans(cells));
  const resampled = observed.map(() => new Float64Array(resamples));
  const groups = [...new Set(cells.map((cell) => cell.group))];
  for (let resample = 0; resample < resamples; resample++) {
    const weights = drawDocuments(documents, rng);
    const mostSeeds = Math.max(...cells.map((cell) => cell.runs.length));
    const seedDraws = new Map(groups.map((group) => [group, Array.from({ length: mostSeeds }, () => rng.uniform())]));
    const losses = cells.map(({ group, runs }) => {
      const means = runs.map((run) => meanLosses(run, weights));
      const draws = seedDraws.get(group)!.slice(0, runs.length);
      return average(draws.map((draw) => means[Math.floor(draw * runs.length)]));
    });
    derive(losses).forEach((value, quantity) => {
      resampled[quantity][resample] = value;
    });
  }
  return { observed, resampled };
}

/** Percentile interval; null when more than 5 % of the resamples have no value. */
export function percentileInterval(values: Float64Array, level = 0.95): Interval | null {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0 || finite.length < 0.95 * values.length) return null;
  return { low: quantile(finite, (1 - level) / 2), high: quantile(finite, (1 + level) / 2) };
}

function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
