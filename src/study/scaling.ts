/**
 * @file Loss-matched compute slowdown: how much more compute a filtered run spent than the baseline needs for its loss.
 *
 * Two ways to say at which compute the unfiltered baseline reaches a loss, both in log-log space: one straight line
 * through all baseline runs (ordinary least squares, as in paper section 4.2), and straight segments between
 * neighbouring runs. Inside the measured range the segments assume less; outside it both extrapolate and say so.
 * Neither knows of an irreducible loss: a baseline that bends upwards makes the line overstate far extrapolations.
 */

/** One baseline run: training FLOPs and held-out loss (nats per token). */
export interface ScalingPoint {
  compute: number;
  loss: number;
}

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

/** Compute at which the baseline reaches a loss; extrapolated when it lies outside the measured range. */
export interface LossMatch {
  compute: number;
  extrapolated: boolean;
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

/** Fits ln loss = a + b ln compute by ordinary least squares (paper 4.2). Needs at least two different computes. */
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

/** Compute at which the fitted line reaches `loss`; null when the line does not fall (no such compute, or every one). */
export function matchByFit(law: PowerLaw, loss: number): LossMatch | null {
  if (!(law.slope < 0)) return null;
  const compute = Math.exp((Math.log(loss) - law.intercept) / law.slope);
  return { compute, extrapolated: isOutside(compute, law.range) };
}

/**
 * Compute at which segments between the baseline runs reach `loss`; null with fewer than two falling knots.
 *
 * Runs whose loss does not fall with compute are pooled with their neighbours (isotonic regression), so the curve
 * always falls and can be inverted. Beyond either end the nearest segment is extended and the match is flagged.
 */
export function matchByInterpolation(points: readonly ScalingPoint[], loss: number): LossMatch | null {
  const knots = fallingKnots(points);
  if (knots.length < 2) return null;
  const y = Math.log(loss);
  // Segment i joins knots i and i+1; the first whose far end is at or below the loss, else the last.
  let segment = 0;
  while (segment < knots.length - 2 && knots[segment + 1].y > y) segment++;
  const [left, right] = [knots[segment], knots[segment + 1]];
  const x = left.x + ((y - left.y) / (right.y - left.y)) * (right.x - left.x);
  const extrapolated = y > knots[0].y + 1e-12 || y < knots[knots.length - 1].y - 1e-12;
  return { compute: Math.exp(x), extrapolated };
}

/** Knots (ln compute, ln loss) with strictly falling loss: neighbours that violate it are averaged (pool adjacent violators). */
function fallingKnots(points: readonly ScalingPoint[]): { x: number; y: number }[] {
  const knots: { x: number; y: number; weight: number }[] = [];
  for (const point of [...points].sort((a, b) => a.compute - b.compute)) {
    let knot = { x: Math.log(point.compute), y: Math.log(point.loss), weight: 1 };
    for (let last = knots.at(-1); last && last.y <= knot.y; last = knots.at(-1)) {
      const weight = last.weight + knot.weight;
      const mean = (a: number, b: number) => (a * last.weight + b * knot.weight) / weight;
      knot = { x: mean(last.x, knot.x), y: mean(last.y, knot.y), weight };
      knots.pop();
    }
    knots.push(knot);
  }
  return knots;
}

function isOutside(compute: number, [from, to]: readonly [number, number]): boolean {
  return compute < from * (1 - 1e-9) || compute > to * (1 + 1e-9);
}
