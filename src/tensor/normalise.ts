/**
 * @file RMSNorm and squared ReLU.
 *
 * Squared ReLU states its gradient, 2 relu(x), which needs no mask (see softmax.ts for how); for RMSNorm a hand-written
 * gradient was measured and gained nothing over automatic differentiation.
 */
import { add, mul, reciprocal, relu, sqrt, square, stopGradient } from "./pointwise.js";
import { mean } from "./shaping.js";
import { tangent } from "./softmax.js";
import type { Tensor } from "./tensor.js";

/** relu(x)^2, same shape (paper A.1). */
export function squaredRelu(x: Tensor): Tensor {
  const positive = stopGradient(relu(x));
  return add(square(positive), mul(mul(positive, 2), tangent(x)));
}

/** x / sqrt(mean(x^2) + epsilon) over the last axis, times a gain of that axis' size if there is one. */
export function rmsNorm(x: Tensor, gain?: Tensor, epsilon = 1e-5): Tensor {
  const scale = reciprocal(sqrt(add(mean(square(x), -1, { keepDims: true }), epsilon)));
  const normed = mul(x, scale);
  return gain ? mul(normed, gain) : normed;
}
