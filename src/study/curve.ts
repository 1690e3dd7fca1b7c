/**
 * @file The baseline curve of one measure, and what can be read off it: nothing beyond what was measured.
 *
 * Knots are the baseline's cells (training FLOPs, held-out loss), joined by straight segments in log-log space; cells
 * whose loss does not fall with compute are pooled with their neighbours, so that the curve falls and can be inverted.
 * A loss above the smallest baseline's, or above that of a table of token frequencies (a model that learned nothing),
 * lies outside: it is known only that the matching compute is smaller. So a match is an interval of compute, of one
 * point where the loss lies inside, and half open where it does not. All that follows is interval arithmetic.
 */

/** One baseline cell: training FLOPs and held-out loss in nats per token. */
export interface ScalingPoint {
  compute: number;
  loss: number;
}

/** A value known to lie in [low, high]; exact when both are equal. high may be Infinity, low 0 (or -Infinity of logs). */
export interface Between {
  low: number;
  high: number;
}

export const exactly = (value: number): Between => ({ low: value, high: value });
export const UNKNOWN: Between = { low: Number.NaN, high: Number.NaN };

/** a / b of positive values. */
export const quotient = (a: Between, b: Between): Between => ({ low: a.low / b.high, high: a.high / b.low });

/** a - b. */
export const difference = (a: Between, b: Between): Between => ({ low: a.low - b.high, high: a.high - b.low });

export const logOf = ({ low, high }: Between): Between => ({ low: Math.log(low), high: Math.log(high) });

interface Knot {
  x: number;
  y: number;
}

/** ln compute, ln loss; strictly rising in compute, strictly falling in loss. */
export type Curve = readonly Knot[];

/** @param ceiling - a loss from which on nothing is read off (a unigram table's), in nats; the curve is cut there */
export function baselineCurve(points: readonly ScalingPoint[], ceiling = Number.POSITIVE_INFINITY): Curve {
  const knots = fallingKnots(points);
  const top = Math.log(ceiling);
  const first = knots.findIndex(({ y }) => y <= top);
  if (first <= 0) return first === 0 ? knots : [];
  const cut = { x: at(knots[first - 1], knots[first], top), y: top };
  return [cut, ...knots.slice(first).filter(({ y }) => y < top)];
}

/** Compute at which the baseline has a loss. Unknown with fewer than two knots. */
export function computeAt(curve: Curve, loss: number): Between {
  if (curve.length < 2 || !Number.isFinite(loss)) return UNKNOWN;
  const y = Math.log(loss);
  const [first, last] = [curve[0], curve[curve.length - 1]];
  // A hair beyond an end is that end: a baseline's own mean must lie on its curve.
  if (y > first.y + 1e-12) return { low: 0, high: Math.exp(first.x) };
  if (y < last.y - 1e-12) return { low: Math.exp(last.x), high: Number.POSITIVE_INFINITY };
  const segment = segmentOf(curve, (knot) => knot.y > y);
  return exactly(Math.exp(at(curve[segment], curve[segment + 1], y)));
}

/** Loss of the baseline at a compute, where both lie inside the curve; a half-open interval beyond its ends. */
export function lossAt(curve: Curve, compute: Between): Between {
  if (curve.length < 2 || Number.isNaN(compute.low)) return UNKNOWN;
  const height = (value: number) => {
    const x = Math.log(value);
    const segment = segmentOf(curve, (knot) => knot.x < x);
    const [left, right] = [curve[segment], curve[segment + 1]];
    return Math.exp(left.y + ((x - left.x) / (right.x - left.x)) * (right.y - left.y));
  };
  return {
    low: compute.high === Number.POSITIVE_INFINITY ? 0 : height(compute.high),
    high: compute.low === 0 ? Number.POSITIVE_INFINITY : height(compute.low),
  };
}

/** The first segment whose far end no longer is `before`, else the last. */
function segmentOf(curve: Curve, before: (knot: Knot) => boolean): number {
  let segment = 0;
  while (segment < curve.length - 2 && before(curve[segment + 1])) segment++;
  return segment;
}

/** ln compute at height y on the line through two knots. */
function at(left: Knot, right: Knot, y: number): number {
  return left.x + ((y - left.y) / (right.y - left.y)) * (right.x - left.x);
}

/** Pool adjacent violators, weights equal. */
function fallingKnots(points: readonly ScalingPoint[]): Knot[] {
  const knots: (Knot & { weight: number })[] = [];
  for (const { compute, loss } of [...points].sort((a, b) => a.compute - b.compute)) {
    let knot = { x: Math.log(compute), y: Math.log(loss), weight: 1 };
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
