/**
 * @file L2 logistic regression on frozen features: the probe (paper 5.2).
 *
 * Minimises strength/2 |w|^2 + sum of logloss, the objective of scikit-learn and cuML with C = 1 / strength; the
 * intercept is not penalised. Features are used as they are, so it is the raw weights that are regularised and stored.
 * What standardising would buy in speed comes from a preconditioner instead: the Cholesky factor of a Hessian over a
 * sample of rows, which leaves the minimum where it is. Features stay float32, all sums are double.
 */
import { hessianSample } from "./hessian.js";
import { minimise } from "./lbfgs.js";
import { type LabelledRows, type LinearProbe, meanLoss } from "./loss.js";

export interface LogisticFit extends LinearProbe {
  /** strength/2 |w|^2 + sum of logloss, at the minimum. */
  value: number;
  iterations: number;
  evaluations: number;
  status: "converged" | "stalled" | "iterations";
}

export interface LogisticOptions {
  /** Weight of the penalty, 1/C, > 0. */
  strength: number;
  /** Where to begin: e.g. the fit at a neighbouring strength. */
  start?: LinearProbe;
  /** See `MinimiseOptions`. */
  tolerance?: number;
  maxIterations?: number;
}

/** Iterations between two Hessian samples: early ones are taken far from the minimum. */
const REFRESH = [4, 8, 16];

/** Fits the probe. @throws RangeError when a class is absent (the intercept would be infinite). */
export function fitLogistic(rows: LabelledRows, options: LogisticOptions): LogisticFit {
  const { features, width, labels } = rows;
  const count = labels.length;
  const forget = labels.reduce((sum, label) => sum + label, 0);
  if (features.length !== count * width) throw new Error(`${features.length} features, expected ${count} x ${width}`);
  if (forget === 0 || forget === count)
    throw new RangeError(`Of ${count} labels ${forget} are forget; both must occur`);
  const { strength, tolerance = 1e-10, maxIterations = 500 } = options;
  // Divided by the number of rows, so that values and tolerances do not depend on it. Unknowns: weights, then bias.
  const penalty = strength / count;
  const objective = (x: Float64Array, gradient: Float64Array) => meanLoss(rows, penalty, x, gradient);
  let x: Float64Array = new Float64Array(width + 1);
  if (options.start) x.set(options.start.weights);
  x[width] = options.start?.bias ?? Math.log(forget / (count - forget));
  const total = { iterations: 0, evaluations: 0 };
  for (let round = 0; ; round++) {
    const precondition = hessianSample(rows, penalty, x, round);
    const left = maxIterations - total.iterations;
    const limit = round < REFRESH.length ? Math.min(left, REFRESH[round]) : left;
    const found = minimise(objective, x, { tolerance, maxIterations: limit, precondition });
    x = found.x;
    total.iterations += found.iterations;
    total.evaluations += found.evaluations;
    if (found.status === "iterations" && total.iterations < maxIterations) continue;
    return { weights: x.slice(0, width), bias: x[width], value: found.value * count, status: found.status, ...total };
  }
}
