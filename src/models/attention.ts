/**
 * @file Causal attention for reading, in the forms other people's models have it: fewer key heads than query heads,
 * scores capped by a tanh, only the last `window` positions seen.
 *
 * Forward only, so without the hand-made gradients of tensor/attention.ts. Queries are taken in blocks whose scores stop
 * at the keys they can see: memory is one block's scores, and hidden halves are not computed.
 */
import {
  add,
  concat,
  constant,
  matmul,
  mul,
  reshape,
  slice,
  softmax,
  type Tensor,
  transpose,
} from "../tensor/index.js";
import { tanh } from "./pieces.js";

export interface AttentionForm {
  /** Factor on the query-key products. */
  scale: number;
  /** Scores become cap * tanh(score / cap). */
  softCap?: number;
  /** A position sees itself and the window - 1 before it. */
  window?: number;
}

const BLOCK_ROWS = 128;
const HIDDEN = -1e9;

/** [batch, time, heads * size] -> [batch, heads, time, size]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, time, width] = x.shape;
  return transpose(reshape(x, [batch, time, heads, width / heads]), [0, 2, 1, 3]);
}

/** [batch, heads, time, size] -> [batch, time, heads * size]. */
export function joinHeads(x: Tensor): Tensor {
  const [batch, heads, time, size] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, time, heads * size]);
}

/**
 * softmax(scale q k^T) v. Query head h reads key head floor(h / (heads / key heads)).
 *
 * @param q - [batch, heads, time, size]
 * @param k - and v: [batch, key heads, time, size]
 * @returns [batch, heads, time, size]
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, form: AttentionForm): Tensor {
  const time = q.shape[2];
  const blocks: Tensor[] = [];
  for (let start = 0; start < time; start += BLOCK_ROWS) {
    const end = Math.min(time, start + BLOCK_ROWS);
    const first = form.window === undefined ? 0 : Math.max(0, start - form.window + 1);
    const cut = (x: Tensor, from: number) => (from === 0 && end === time ? x : slice(x, 2, from, end));
    blocks.push(attendBlock(cut(q, start), cut(k, first), cut(v, first), start, first, form));
  }
  return blocks.length === 1 ? blocks[0] : concat(blocks, 2);
}

/** Queries start.. over keys first..; query heads that share a key head are rows of one product. */
function attendBlock(q: Tensor, k: Tensor, v: Tensor, start: number, first: number, form: AttentionForm): Tensor {
  const [batch, heads, rows, size] = q.shape;
  const [, keyHeads, columns] = k.shape;
  const grouped = [batch, keyHeads, (heads / keyHeads) * rows];
  const raw = matmul(mul(reshape(q, [...grouped, size]), form.scale), k, { transposeB: true });
  const { softCap } = form;
  const scores = softCap === undefined ? raw : mul(tanh(mul(raw, 1 / softCap)), softCap);
  const seen = add(reshape(scores, [batch, heads, rows, columns]), bias(rows, columns, start - first, form.window));
  return reshape(matmul(reshape(softmax(seen), [...grouped, columns]), v), [batch, heads, rows, size]);
}

/** 0 where row r, at position r + offset of the keys, may look, [rows, columns]. */
function bias(rows: number, columns: number, offset: number, window = Number.POSITIVE_INFINITY): Tensor {
  const values = Float32Array.from({ length: rows * columns }, (_, index) => {
    const distance = Math.floor(index / columns) + offset - (index % columns);
    return distance >= 0 && distance < window ? 0 : HIDDEN;
  });
  return constant(values, [rows, columns]);
}
