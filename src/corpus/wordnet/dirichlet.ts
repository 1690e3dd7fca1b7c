/** @file A Dirichlet draw in logarithms, so that parameters near zero give shares near zero and not 0/0. */
import type { Random } from "../../base/random.js";

/** Logarithms of shares that sum to one. A parameter of 0 gives a share of 0 (-Infinity). */
export function logDirichlet(parameters: readonly number[], draw: Random): number[] {
  const logs = parameters.map((parameter) => (parameter > 0 ? logGamma(parameter, draw) : -Infinity));
  const most = Math.max(...logs);
  const total = most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  return logs.map((log) => log - total);
}

/** Logarithm of a Gamma(shape, 1) draw (Marsaglia and Tsang 2000; shapes below 1 by their boost). */
function logGamma(shape: number, draw: Random): number {
  if (shape < 1) return logGamma(shape + 1, draw) + Math.log(1 - draw.uniform()) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const x = draw.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - draw.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
