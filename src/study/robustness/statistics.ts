/**
 * @file Tokens to recover over seeds: geometric means, gaps between arms, and how gaps move with size.
 *
 * Tokens vary by factors, so everything is in logarithms. Three seeds say little about one cell's spread; the spread over
 * seeds is taken to be the same in all cells and estimated from all of them together (pooled variance, Student's t).
 */
import { studentT } from "../../evaluate/index.js";
import type { Estimate } from "../results.js";
import { leastSquares } from "../scaling.js";

/** Logarithms of tokens to recover, one per seed. */
export type Logs = readonly number[];

/** Variance within cells, and its degrees of freedom. */
export interface Spread {
  variance: number;
  freedom: number;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pooled over cells; of freedom 0 when no cell has two seeds. */
export function pooledSpread(cells: readonly Logs[]): Spread {
  const squares = cells.flatMap((logs) => logs.map((value) => (value - mean(logs)) ** 2));
  const freedom = cells.reduce((sum, logs) => sum + Math.max(0, logs.length - 1), 0);
  return { variance: freedom > 0 ? squares.reduce((a, b) => a + b, 0) / freedom : Number.NaN, freedom };
}

/** Geometric mean of one cell. */
export function geometricMean(logs: Logs, spread: Spread): Estimate {
  return around(mean(logs), Math.sqrt(spread.variance / logs.length), spread.freedom);
}

/** One cell's geometric mean over another's. */
export function gapBetween(logs: Logs, over: Logs, spread: Spread): Estimate {
  const error = Math.sqrt(spread.variance * (1 / logs.length + 1 / over.length));
  return around(mean(logs) - mean(over), error, spread.freedom);
}

/**
 * Factor by which a gap multiplies when parameters grow tenfold: a line through log gap against log10 parameters. The
 * interval is that of the line's own scatter, which holds what one model per size does to each point.
 * @returns null of fewer than three sizes
 */
export function trendOf(points: readonly { parameters: number; gap: number }[]): Estimate | null {
  if (points.length < 3) return null;
  const xs = points.map(({ parameters }) => Math.log10(parameters));
  const ys = points.map(({ gap }) => Math.log(gap));
  const { slope, intercept } = leastSquares(xs, ys);
  const freedom = points.length - 2;
  const unexplained = ys.reduce((sum, y, i) => sum + (y - intercept - slope * xs[i]) ** 2, 0);
  const around0 = xs.reduce((sum, x) => sum + (x - mean(xs)) ** 2, 0);
  return around(slope, Math.sqrt(unexplained / freedom / around0), freedom);
}

function around(centre: number, error: number, freedom: number): Estimate {
  const half = freedom > 0 ? studentT(freedom) * error : Number.NaN;
  const exists = Number.isFinite(half);
  return {
    value: Math.exp(centre),
    low: exists ? Math.exp(centre - half) : null,
    high: exists ? Math.exp(centre + half) : null,
  };
}
