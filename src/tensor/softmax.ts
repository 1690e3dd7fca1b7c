/**
 * @file Softmax, and the trick by which operations of this folder state their own gradients.
 *
 * `tangent(x)` = x - stopGradient(x) is zero in the forward pass and carries the derivative, so an operation can be
 * written as value + J(tangent): a value through which no gradient flows, and a linear map of tangents. The transposes
 * of these maps are the formulas a person would write, with fewer passes over big matrices than automatic
 * differentiation of the value makes. Their second derivatives are wrong; nothing here needs them.
 */
import { add, div, exp, mul, stopGradient, sub } from "./pointwise.js";
import { max, sum } from "./shaping.js";
import type { Tensor } from "./tensor.js";

/** Zero forward, the identity backward. */
export function tangent(x: Tensor): Tensor {
  return sub(x, stopGradient(x));
}

/** Softmax over the last axis, without gradient. The lowering knows this form and makes one node of it. */
export function frozenSoftmax(x: Tensor): Tensor {
  const scores = stopGradient(x);
  const powers = exp(sub(scores, max(scores, -1, { keepDims: true })));
  return div(powers, sum(powers, -1, { keepDims: true }));
}

/** Softmax over the last axis, same shape. */
export function softmax(x: Tensor): Tensor {
  const p = frozenSoftmax(x);
  const weighted = mul(p, tangent(x));
  return add(p, sub(weighted, mul(p, sum(weighted, -1, { keepDims: true }))));
}
