/** @file Attention with the gradient of FlashAttention's paper, without its tiling (see softmax.ts for how). */
import { matmul } from "./linear.js";
import { add, mul, stopGradient, sub } from "./pointwise.js";
import { sum } from "./shaping.js";
import { frozenSoftmax, tangent } from "./softmax.js";
import { constant, type Tensor } from "./tensor.js";

export interface AttentionOptions {
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
