/**
 * @file L-BFGS in double precision (Nocedal & Wright, algorithms 7.4 and 7.5), with an optional preconditioner.
 *
 * Smooth unconstrained minimisation with a few hundred unknowns. The line search is bisection for the weak Wolfe
 * conditions (Lewis & Overton 2013): it always ends for a smooth function bounded below, and every accepted step has
 * positive curvature. A preconditioner is an approximate inverse Hessian; it changes the path, never the minimum.
 * npm was searched first: what is there (fmin, optimization-js, ml-logistic-regression) has no maintained L-BFGS.
 */

/** Returns the value at x and writes the gradient there into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Steps remembered. */
  memory?: number;
  maxIterations?: number;
  /** Ends when the expected decrease, half the Newton decrement, is at most tolerance x max(|value|, 1e-8). */
  tolerance?: number;
  /** Replaces a vector by (approximate inverse Hessian) x vector, in place. */
  precondition?: (vector: Float64Array) => void;
}

export interface Minimum {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
  iterations: number;
  /** How often the objective was evaluated. */
  evaluations: number;
  /** "stalled": no representable step lowers the value further. */
  status: "converged" | "stalled" | "iterations";
}

const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const MAX_STEPS = 50;

/** Minimises a smooth function from `start`, which is not changed. */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions = {}): Minimum {
  const { memory = 10, maxIterations = 500, tolerance = 1e-10, precondition } = options;
  const pairs: Pair[] = [];
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  let evaluations = 1;
  const result = (status: Minimum["status"], iterations: number): Minimum => {
    return { x, value, gradient, iterations, evaluations, status };
  };
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const direction = inverseHessianTimes(gradient, pairs, precondition);
    for (let j = 0; j < direction.length; j++) direction[j] = -direction[j];
    const slope = dot(gradient, direction);
    if (-slope / 2 <= tolerance * Math.max(Math.abs(value), 1e-8)) return result("converged", iteration);
    // Without a preconditioner the first direction is the bare gradient: begin with a step of length at most one.
    const first = pairs.length === 0 && !precondition ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const found = lineSearch(objective, x, value, slope, direction, first);
    evaluations += found.evaluations;
    if (!found.accepted) return result("stalled", iteration);
    remember(pairs, memory, subtract(found.x, x), subtract(found.gradient, gradient));
    ({ x, gradient, value } = found);
  }
  return result("iterations", maxIterations);
}

interface Pair {
  /** Step in x and the change of the gradient over it. */
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step . change), positive. */
  rho: number;
}

function remember(pairs: Pair[], memory: number, step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > 0)) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > memory) pairs.shift();
}

/** Two-loop recursion. */
function inverseHessianTimes(gradient: Float64Array, pairs: readonly Pair[], precondition?: (v: Float64Array) => void) {
  const q = Float64Array.from(gradient);
  const alphas: number[] = [];
  for (let k = pairs.length - 1; k >= 0; k--) {
    alphas[k] = pairs[k].rho * dot(pairs[k].step, q);
    addScaled(q, -alphas[k], pairs[k].change);
  }
  const last = pairs.at(-1);
  if (precondition) precondition(q);
  else if (last) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    for (let j = 0; j < q.length; j++) q[j] *= scale;
  }
  for (let k = 0; k < pairs.length; k++) {
    addScaled(q, alphas[k] - pairs[k].rho * dot(pairs[k].change, q), pairs[k].step);
  }
  return q;
}

function lineSearch(
  objective: Objective,
  from: Float64Array,
  value: number,
  slope: number,
  direction: Float64Array,
  first: number,
) {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = first;
  const best = { accepted: false, x: from, gradient: from, value, evaluations: 0 };
  for (let evaluations = 1; evaluations <= MAX_STEPS; evaluations++) {
    const x = Float64Array.from(from);
    addScaled(x, step, direction);
    const gradient = new Float64Array(x.length);
    const reached = objective(x, gradient);
    best.evaluations = evaluations;
    if (!(reached <= value + ARMIJO * step * slope)) high = step;
    else {
      if (reached < best.value) Object.assign(best, { accepted: true, x, gradient, value: reached });
      if (dot(gradient, direction) >= CURVATURE * slope) break;
      low = step;
    }
    step = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
    if (step === low || step === high) break;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function addScaled(target: Float64Array, scale: number, vector: Float64Array): void {
  for (let j = 0; j < target.length; j++) target[j] += scale * vector[j];
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]);
}
