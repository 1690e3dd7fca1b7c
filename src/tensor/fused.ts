/**
 * @file Operations with hand-derived gradients: softmax, RMSNorm, squared ReLU, attention, cross-entropy.
 *
 * `tangent(x)` = x - stopGradient(x) is zero in the forward pass and carries the derivative, so an operation can state
 * its own gradient as a linear map of tangents: value + J(tangent). The transposes of these maps are the formulas a
 * person would write, with fewer passes over the big matrices than automatic differentiation makes of the same maths.
 */
import { matmul, take } from "./linear.js";
import { add, div, exp, log, mul, reciprocal, relu, sqrt, square, stopGradient, sub } from "./pointwise.js";
import { expandDims, max, mean, reshape, sum } from "./shaping.js";
import { constant, type Tensor } from "./tensor.js";

/** Zero forward, the identity backward. */
function tangent(x: Tensor): Tensor {
  return sub(x, stopGradient(x));
}

/** Softmax over the last axis of a value through which no gradient flows. */
function frozenSoftmax(x: Tensor): Tensor {
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

/** relu(x)^2, same shape (paper A.1). */
export function squaredRelu(x: Tensor): Tensor {
  const positive = stopGradient(relu(x));
  return add(square(positive), mul(mul(positive, 2), tangent(x)));
}

/**
 * x / sqrt(mean(x^2) + epsilon) over the last axis, times a gain of that axis' size if there is one.
 */
export function rmsNorm(x: Tensor, gain?: Tensor, epsilon = 1e-5): Tensor {
  const frozen = stopGradient(x);
  const scale = reciprocal(sqrt(add(mean(square(frozen), -1, { keepDims: true }), epsilon)));
  const y = mul(frozen, scale);
  const dy = mul(tangent(x), scale);
  const normed = add(y, sub(dy, mul(y, mean(mul(y, dy), -1, { keepDims: true }))));
  return gain ? mul(normed, gain) : normed;
}

interface AttentionOptions {
  /** factor on the query-key products; muP uses 1 / dim */
  scale: number;
  /** whether a position sees only itself and earlier ones */
  causal: boolean;
}

/** Added to the scores of positions that must not be seen. */
function causalBias(time: number): Tensor {
  const bias = new Float32Array(time * time);
  for (let query = 0; query < time; query++) bias.fill(-1e9, query * time + query + 1, (query + 1) * time);
  return constant(bias, [time, time]);
}

/**
 * Attention: softmax(scale q k^T) v, with q, k, v and the result [batch, heads, time, dim].
 *
 * The gradient of the scores is P * (dO v^T - rowsum(dO * O)): the row sum is taken over dim, not over time.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, { scale, causal }: AttentionOptions): Tensor {
  const raw = matmul(mul(q, scale), k, { transposeB: true });
  const scores = causal ? add(raw, causalBias(q.shape[2])) : raw;
  const p = frozenSoftmax(scores);
  const frozenV = stopGradient(v);
  const out = matmul(p, frozenV);
  const dP = mul(p, tangent(scores));
  const fromScores = sub(matmul(dP, frozenV), mul(out, sum(dP, -1, { keepDims: true })));
  return add(add(out, fromScores), matmul(p, tangent(v)));
}

/** The log-probability of each target, from probabilities [n, V]; [n]. */
function targetLogits(h: Tensor, table: Tensor, targets: Tensor): Tensor {
  return sum(mul(h, take(table, targets)), -1);
}

/**
 * Negative log-likelihood of each target under softmax(scale h table^T), without gradient.
 *
 * @param h - [n, d], @param table - [V, d], @param targets - int32 [n] in [0, V)
 * @returns nats, [n]
 */
export function tokenLosses(h: Tensor, table: Tensor, targets: Tensor, scale: number): Tensor {
  const scaled = mul(h, scale);
  const logits = matmul(scaled, table, { transposeB: true });
  const top = max(logits, -1, { keepDims: true });
  const logSum = add(log(sum(exp(sub(logits, top)), -1)), reshape(top, [h.shape[0]]));
  return stopGradient(sub(logSum, targetLogits(scaled, table, targets)));
}

/**
 * Mean cross-entropy: sum(weights * nll) / sum(weights), a scalar in nats.
 *
 * @param h - final states [n, d], @param table - output embedding [V, d], @param targets - int32 [n] in [0, V)
 * @param weights - [n], not all zero: the loss mask, @param logitScale - the muP output multiplier
 */
export function crossEntropy(h: Tensor, table: Tensor, targets: Tensor, weights: Tensor, logitScale: number): Tensor {
  const frozen = mul(stopGradient(h), logitScale);
  const frozenTable = stopGradient(table);
  const logits = matmul(frozen, frozenTable, { transposeB: true });
  const top = max(logits, -1, { keepDims: true });
  const powers = exp(sub(logits, top));
  const total = sum(powers, -1, { keepDims: true });
  const share = expandDims(div(weights, sum(weights)), -1);
  const p = div(powers, total);
  const targetRows = take(frozenTable, targets);
  const nll = sub(add(log(total), top), sum(mul(frozen, targetRows), -1, { keepDims: true }));
  const loss = sum(mul(nll, share));
  // dL/dh = scale * share * (p table - table[target]); dL/dtable = p^T (share h) - scatter(share h at target)
  const gradH = mul(sub(matmul(p, frozenTable), targetRows), mul(share, logitScale));
  const shareH = mul(frozen, share);
  const gradTable = matmul(p, shareH, { transposeA: true });
  const dTable = tangent(table);
  const linear = add(sum(mul(tangent(h), gradH)), sum(mul(dTable, gradTable)));
  return add(loss, sub(linear, sum(mul(take(dTable, targets), shareH))));
}
