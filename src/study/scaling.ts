/**
 * @file A straight line through losses in log-log space (paper 4.2): the second way to read a slowdown off, beside curve.ts.
 *
 * It knows of no irreducible loss and bends to no data: where it and the segments between cells differ, both are shown as
 * one range.
 */
import type { ScalingPoint } from "./curve.js";

/** ln loss = intercept + slope * ln compute, and how well it holds on its own points. */
export interface PowerLaw {
  intercept: number;
  slope: number;
  /** Share of the variance of ln loss explained; 1 when all points lie on the line. */
  r2: number;
  /** Root mean square of the residuals of ln loss: 0.01 means about 1 % of the loss. */
  residual: number;
  /** Smallest and largest compute fitted on. */
  range: [number, number];
}

/** Least-squares line y = intercept + slope x. With fewer than two distinct x the slope is NaN. */
export function leastSquares(xs: readonly number[], ys: readonly number[]): { intercept: number; slope: number } {
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const meanY = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < xs.length; i++) {
    covariance += (xs[i] - meanX) * (ys[i] - meanY);
    variance += (xs[i] - meanX) ** 2;
  }
  const slope = variance > 0 ? covariance / variance : Number.NaN;
  return { intercept: meanY - slope * meanX, slope };
}

/** Fits ln loss = a + b ln compute by ordinary least squares. Needs at least two different computes. */
export function fitPowerLaw(points: readonly ScalingPoint[]): PowerLaw {
  const xs = points.map((point) => Math.log(point.compute));
  const ys = points.map((point) => Math.log(point.loss));
  const { intercept, slope } = leastSquares(xs, ys);
  const meanY = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  const unexplained = ys.reduce((sum, y, i) => sum + (y - intercept - slope * xs[i]) ** 2, 0);
  const total = ys.reduce((sum, y) => sum + (y - meanY) ** 2, 0);
  const computes = points.map((point) => point.compute);
  return {
    intercept,
    slope,
    r2: total > 0 ? 1 - unexplained / total : 1,
    residual: Math.sqrt(unexplained / ys.length),
    range: [Math.min(...computes), Math.max(...computes)],
  };
}

/** Compute at which the line reaches `loss`; NaN when the line does not fall. */
export function computeOnLine(law: PowerLaw, loss: number): number {
  return law.slope < 0 ? Math.exp((Math.log(loss) - law.intercept) / law.slope) : Number.NaN;
}
