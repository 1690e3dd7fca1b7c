/** @file Attention with the gradient of FlashAttention's paper, without its tiling (see softmax.ts for how). */

import { constant } from "./constant.js";
import { matmul } from "./linear.js";
import { add, mul, stopGradient, sub } from "./pointwise.js";
import { concat, reshape, slice, sum } from "./shaping.js";
import { frozenSoftmax, tangent } from "./softmax.js";
import type { Tensor } from "./tensor.js";

export interface AttentionOptions {
  /** factor on the query-key products; muP uses 1 / dim */
  scale: number;
  /** whether a position sees only itself and earlier ones */
  causal: boolean;
  /** [batch, time]: 1 for keys that are seen, 0 for keys nobody sees; all are, if left out */
  isKey?: Tensor;
}

/** Added to scores that must not be seen, so that their probability is exactly zero. */
const HIDDEN = -1e9;

/** Causal queries are taken in blocks, and a block's scores stop at its last key: half of them would be hidden. */
const BLOCK_ROWS = 128;

/** The bias of the last `rows` queries over `columns` keys: each sees the keys up to its own. */
function causalBias(rows: number, columns: number): Tensor {
  const bias = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    bias.fill(HIDDEN, row * columns + (columns - rows) + row + 1, (row + 1) * columns);
  }
  return constant(bias, [rows, columns]);
}

/**
 * Attention: softmax(scale q k^T) v, with q, k, v and the result [batch, heads, time, dim].
 *
 * The gradient of the scores is P * (dO v^T - rowsum(dO * O)): the row sum is taken over dim, not over time.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, { scale, causal, isKey }: AttentionOptions): Tensor {
  const [batch, , time] = q.shape;
  const keyBias = isKey && reshape(mul(sub(1, isKey), HIDDEN), [batch, 1, 1, time]);
  const blocks = causal ? Math.ceil(time / BLOCK_ROWS) : 1;
  const outputs = Array.from({ length: blocks }, (_, index) => {
    const [start, end] = [Math.floor((time * index) / blocks), Math.floor((time * (index + 1)) / blocks)];
    const seen = (x: Tensor) => (end === time ? x : slice(x, 2, 0, end));
    const rows = blocks === 1 ? q : slice(q, 2, start, end);
    const bias = causal ? causalBias(end - start, end) : undefined;
    const hidden = keyBias && (end === time ? keyBias : slice(keyBias, 3, 0, end));
    return attendBlock(rows, seen(k), seen(v), scale, [bias, hidden]);
  });
  return outputs.length === 1 ? outputs[0] : concat(outputs, 2);
}

/** Attention of some queries, whose scores are given the biases. */
function attendBlock(q: Tensor, k: Tensor, v: Tensor, scale: number, biases: readonly (Tensor | undefined)[]): Tensor {
  const raw = matmul(mul(q, scale), k, { transposeB: true });
  const scores = biases.reduce<Tensor>((sum, bias) => (bias ? add(sum, bias) : sum), raw);
  const p = frozenSoftmax(scores);
  const frozenV = stopGradient(v);
  const out = matmul(p, frozenV);
  const dP = mul(p, tangent(scores));
  const fromScores = sub(matmul(dP, frozenV), mul(out, sum(dP, -1, { keepDims: true })));
  return add(add(out, fromScores), matmul(p, tangent(v)));
}
