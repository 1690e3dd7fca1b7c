/**
 * @file Cross-entropy over a vocabulary, in slices of rows.
 *
 * Logits are the biggest thing a small model makes: 4096 tokens x 4096 words are 64 MB. In slices their memory does not
 * grow with the batch, and a slice can stay in the cache between the product that makes its logits and those that use
 * its probabilities. The gradient is stated by hand, so that the backward pass reads the probabilities and never makes
 * the logits again (see softmax.ts for how).
 */
import { matmul, pick, take } from "./linear.js";
import { add, div, log, maximum, mul, neg, stopGradient, sub } from "./pointwise.js";
import { concat, expandDims, slice, sum } from "./shaping.js";
import { frozenSoftmax, tangent } from "./softmax.js";
import type { Shape, Tensor } from "./tensor.js";

/** Logits made at once, unless that makes slices too thin: 4 MB, which the caches of two cores hold. */
const SLICE_ELEMENTS = 2 ** 20;
/** Each slice adds a gradient of the table, [V, d]: with rows >= 4 d that costs at most a few percent of its products. */
const ROWS_PER_WIDTH = 4;
/** Smallest positive normal float32: -log of it, 87 nats, is the largest loss of a token. */
const SMALLEST = 1.1754943508222875e-38;

/** Cuts rows so that each slice's logits stay small: [start, end) of each. */
function rowSlices(rows: number, [vocabulary, width]: Shape): [number, number][] {
  const size = Math.max(Math.floor(SLICE_ELEMENTS / vocabulary), ROWS_PER_WIDTH * width);
  const count = Math.ceil(rows / size);
  return Array.from({ length: count }, (_, index) => [
    Math.floor((rows * index) / count),
    Math.floor((rows * (index + 1)) / count),
  ]);
}

/** One slice of rows: probabilities [rows, V] and the loss of each target [rows]. */
function sliceLosses(h: Tensor, table: Tensor, targets: Tensor) {
  const probabilities = frozenSoftmax(matmul(h, table, { transposeB: true }));
  return { probabilities, losses: neg(log(maximum(pick(probabilities, targets), SMALLEST))) };
}

function joined(parts: Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : concat(parts, 0);
}

/**
 * Negative log-likelihood of each target under softmax(scale h table^T), without gradient.
 *
 * @param h - [n, d]
 * @param table - [V, d]
 * @param targets - int32 [n] in [0, V)
 * @returns nats, [n], at most 87 each
 */
export function tokenLosses(h: Tensor, table: Tensor, targets: Tensor, scale: number): Tensor {
  const scaled = mul(stopGradient(h), scale);
  const frozenTable = stopGradient(table);
  const cut = rowSlices(h.shape[0], table.shape);
  return joined(
    cut.map(([start, end]) => {
      return sliceLosses(slice(scaled, 0, start, end), frozenTable, slice(targets, 0, start, end)).losses;
    }),
  );
}

/**
 * Mean cross-entropy: sum(weights * nll) / sum(weights), a scalar in nats.
 *
 * @param h - final states [n, d]
 * @param table - output embedding [V, d]
 * @param targets - int32 [n] in [0, V)
 * @param weights - [n], not all zero: the loss mask
 * @param logitScale - the muP output multiplier
 *
 * dL/dh = scale * share * (p table - table[target]); dL/dtable = p^T (share h) - share h scattered to the targets.
 */
export function crossEntropy(h: Tensor, table: Tensor, targets: Tensor, weights: Tensor, logitScale: number): Tensor {
  const scaled = mul(stopGradient(h), logitScale);
  const frozenTable = stopGradient(table);
  const share = stopGradient(div(weights, sum(weights)));
  const shareOfRow = expandDims(share, -1);
  const weighted = mul(scaled, shareOfRow);
  const parts = rowSlices(h.shape[0], table.shape).map(([start, end]) => {
    const rows = (x: Tensor) => slice(x, 0, start, end);
    const { probabilities, losses } = sliceLosses(rows(scaled), frozenTable, rows(targets));
    const expectedRows = matmul(probabilities, frozenTable);
    return { losses, expectedRows, gradTable: matmul(probabilities, rows(weighted), { transposeA: true }) };
  });
  const loss = sum(mul(joined(parts.map((part) => part.losses)), share));
  const expectedRows = joined(parts.map((part) => part.expectedRows));
  const gradH = mul(sub(expectedRows, take(frozenTable, targets)), mul(shareOfRow, logitScale));
  const gradTable = parts.map((part) => part.gradTable).reduce((a, b) => add(a, b));
  const dTable = tangent(table);
  const linear = add(sum(mul(tangent(h), gradH)), sum(mul(dTable, gradTable)));
  return add(loss, sub(linear, sum(mul(take(dTable, targets), weighted))));
}
