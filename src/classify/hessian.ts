/**
 * @file A cheap approximate inverse Hessian of the logistic loss, which makes L-BFGS behave like Newton's method.
 *
 * Residual stream states have correlated features of widely different scales: without it L-BFGS needs hundreds of
 * passes over the features, with it ten to twenty. It only steers the search; the minimum is that of the full objective.
 */
import { random } from "../base/random.js";
import { factor, solve } from "./cholesky.js";
import { type LabelledRows, logitsOf, sigmoid } from "./loss.js";

/**
 * Approximate inverse Hessian at x from a sample of rows. The Hessian is the mean of p (1 - p) x x' plus the penalty;
 * rows are drawn in proportion to p (1 - p), so the few uncertain rows that make it up are all seen.
 */
export function hessianSample(rows: LabelledRows, penalty: number, x: Float64Array, round: number) {
  const { features, width, labels } = rows;
  const size = width + 1;
  const logits = logitsOf(features, { weights: x.subarray(0, width), bias: x[width] });
  const cumulative = new Float64Array(labels.length);
  let sum = 0;
  for (let row = 0; row < logits.length; row++) {
    const p = sigmoid(logits[row]);
    cumulative[row] = sum += p * (1 - p) + 1e-9;
  }
  const draw = random(0, `hessian sample ${round}`);
  const sample = Math.min(labels.length, 8 * size);
  const hessian = new Float64Array(size * size);
  const scale = sum / labels.length / sample;
  for (let k = 0; k < sample; k++) {
    const at = firstAtLeast(cumulative, ((k + draw.uniform()) / sample) * sum) * width;
    for (let i = 0; i < width; i++) {
      const value = scale * features[at + i];
      for (let j = 0; j <= i; j++) hessian[i * size + j] += value * features[at + j];
      hessian[width * size + i] += value;
    }
    hessian[size * size - 1] += scale;
  }
  // States are nearly collinear (correlation eigenvalues down to 1e-7 were seen): more than a trace of damping would
  // outweigh those directions and turn twenty passes into hundreds.
  for (let i = 0; i < size; i++) hessian[i * size + i] += (i < width ? penalty : 0) + 1e-10 * hessian[i * size + i];
  factor(hessian, size);
  return (vector: Float64Array) => solve(hessian, size, vector);
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
