/** @file Matrix products and table rows. */

import { use, wrap } from "./arrays.js";
import { jax } from "./jax.js";
import type { Tensor } from "./tensor.js";

interface MatmulOptions {
  /** use the last two axes of a swapped; free when compiled */
  transposeA?: boolean;
  /** use the last two axes of b swapped; free when compiled */
  transposeB?: boolean;
}

/**
 * Matrix product over the last two axes: [..., rows, inner] x [..., inner, columns] -> [..., rows, columns].
 *
 * If both have leading axes these must be equal; a matrix without them is used for every entry of the other's batch.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const rankA = a.shape.length;
  const rankB = b.shape.length;
  if (rankA < 2 || rankB < 2) throw new Error(`matmul needs matrices, got [${a.shape}] and [${b.shape}]`);
  const innerA = options.transposeA ? rankA - 2 : rankA - 1;
  const innerB = options.transposeB ? rankB - 1 : rankB - 2;
  const batch = rankA > 2 && rankB > 2 ? Array.from({ length: rankA - 2 }, (_, axis) => axis) : [];
  const batchesMatch =
    batch.every((axis) => a.shape[axis] === b.shape[axis]) && (batch.length === 0 || rankA === rankB);
  if (a.shape[innerA] !== b.shape[innerB] || !batchesMatch) {
    throw new Error(`matmul cannot multiply [${a.shape}] with [${b.shape}] (${JSON.stringify(options)})`);
  }
  const product = jax.lax.dot(use(a), use(b), {
    lhsContractingDims: [innerA],
    rhsContractingDims: [innerB],
    lhsBatchDims: batch,
    rhsBatchDims: batch,
  });
  // The result of a broadcast left matrix has its rows before b's batch axes.
  if (rankA > 2 || rankB === 2) return wrap(product);
  const batchAxes = Array.from({ length: rankB - 2 }, (_, axis) => axis + 1);
  return wrap(jax.numpy.transpose(product, [...batchAxes, 0, rankB - 1]));
}

/**
 * Rows of a table: table [rows, ...width], ids int32 of any shape, in [0, rows) -> [...ids.shape, ...width].
 *
 * The gradient adds up over duplicate ids, exactly and in a fixed order.
 */
export function take(table: Tensor, ids: Tensor): Tensor {
  return wrap(jax.numpy.take(use(table), use(ids), 0));
}

/**
 * One entry of each row: x [rows, columns], columns int32 [rows] -> [rows].
 */
export function pick(x: Tensor, columns: Tensor): Tensor {
  const rows = jax.numpy.arange(x.shape[0]);
  return wrap(use(x).slice(rows, use(columns)));
}
