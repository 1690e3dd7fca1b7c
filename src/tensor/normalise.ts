/** @file RMSNorm and squared ReLU with gradients that reuse the forward pass (see softmax.ts for how). */
import { add, mul, reciprocal, relu, sqrt, square, stopGradient, sub } from "./pointwise.js";
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
  const frozen = stopGradient(x);
  const scale = reciprocal(sqrt(add(mean(square(frozen), -1, { keepDims: true }), epsilon)));
  const y = mul(frozen, scale);
  const dy = mul(tangent(x), scale);
  const normed = add(y, sub(dy, mul(y, mean(mul(y, dy), -1, { keepDims: true }))));
  return gain ? mul(normed, gain) : normed;
}
