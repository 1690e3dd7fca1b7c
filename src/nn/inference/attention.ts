/**
 * @file Causal attention for reading: the same maths as tensor/attention.ts and rope.ts, in the operators and the memory
 * order that the native runtime is fastest with.
 *
 * Queries are taken in blocks and a block's scores stop at its last key. In float32 each head has a weight matrix of its own,
 * so that the products come out head by head and nothing is transposed before the end.
 */
import { type Graph, MICROSOFT } from "../../tensor/index.js";
import { ropeAngles } from "../rope.js";
import { linear, type Precision } from "./linear.js";

/** Queries in a block: with fewer, less of the masked half is computed; with more, the products are larger. */
const BLOCK = 64;
/** Added to scores that must not be seen. */
const HIDDEN = -1e9;

export interface AttentionShape {
  batch: number;
  time: number;
  heads: number;
  width: number;
  ropeBase: number;
  /** Positions at the start whose result is not wanted; they are keys and values only. */
  skip: number;
}

export interface AttentionWeights {
  /** Divided by the size of a head, as muP scales scores. */
  query: Float32Array;
  key: Float32Array;
  value: Float32Array;
  attentionOut: Float32Array;
}

/** h [batch * time, width], normed -> what attention adds to the residual stream, [batch * (time - skip), width]. */
export function attention(
  graph: Graph,
  h: string,
  weights: AttentionWeights,
  shape: AttentionShape,
  precision: Precision,
): string {
  const { batch, time, heads, width, skip } = shape;
  const size = width / heads;
  const wanted = time - skip;
  const turn = rotation(graph, shape);
  const project = precision === "f32" ? byHead : thenSplit;
  const q = turn(project(graph, skipRows(graph, h, shape), weights.query, { ...shape, time: wanted }), skip);
  const k = turn(project(graph, h, weights.key, shape), 0);
  const attended = inBlocks(graph, q, k, project(graph, h, weights.value, shape), shape);
  const joined = graph.emit("Transpose", [attended], [batch, wanted, heads, size], "float32", {
    attributes: { perm: [0, 2, 1, 3] },
  });
  return linear(graph, graph.reshape(joined, [batch * wanted, width]), weights.attentionOut, width, precision);
}

type Rows = Pick<AttentionShape, "batch" | "time" | "width">;

/** x [batch * time, width] without the first `skip` rows of each window. */
export function skipRows(graph: Graph, x: string, { batch, time, width, skip }: Rows & { skip: number }): string {
  if (skip === 0) return x;
  const windows = graph.reshape(x, [batch, time, width]);
  const bounds = [[skip], [time], [1]].map((list) => graph.integers(list));
  const kept = graph.emit("Slice", [windows, ...bounds], [batch, time - skip, width], "float32");
  return graph.reshape(kept, [batch * (time - skip), width]);
}

type Heads = Rows & Pick<AttentionShape, "heads">;

/** h [rows, width] times each head's columns of the weights -> [batch, heads, time, size]. */
function byHead(graph: Graph, h: string, weights: Float32Array, { batch, time, heads, width }: Heads): string {
  const size = width / heads;
  const parts = new Float32Array(weights.length);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < width; row++) {
      const from = row * width + head * size;
      parts.set(weights.subarray(from, from + size), (head * width + row) * size);
    }
  }
  const windows = graph.reshape(h, [batch, 1, time, width]);
  const operands = [windows, graph.weights(parts, [heads, width, size])];
  return graph.emit("MatMul", operands, [batch, heads, time, size], "float32");
}

/** The same by one quantised product, transposed. */
function thenSplit(graph: Graph, h: string, weights: Float32Array, { batch, time, heads, width }: Heads): string {
  const size = width / heads;
  const product = graph.reshape(linear(graph, h, weights, width, "int8"), [batch, time, heads, size]);
  return graph.emit("Transpose", [product], [batch, heads, time, size], "float32", {
    attributes: { perm: [0, 2, 1, 3] },
  });
}

/** Rotary positions: turns [batch, heads, positions, size], the first at `start`. */
function rotation(
  graph: Graph,
  { time, heads, width, ropeBase }: AttentionShape,
): (x: string, start: number) => string {
  const half = width / heads / 2;
  const angles = ropeAngles(time, 2 * half, ropeBase);
  const table = (f: (angle: number) => number) => {
    const values = Float32Array.from({ length: time * half }, (_, i) =>
      f(angles[Math.floor(i / half) * 2 * half + (i % half)]),
    );
    return graph.constant(values, [time, half], "float32");
  };
  const tables = [table(Math.cos), table(Math.sin)];
  return (x, start) =>
    graph.emit("RotaryEmbedding", [x, graph.integers([start]), ...tables], graph.shape(x), "float32", {
      domain: MICROSOFT,
      attributes: { num_heads: heads, interleaved: 0 },
    });
}

/** softmax(q k^T, causal) v; k, v [batch, heads, time, size], q and the result without the first `skip` positions. */
function inBlocks(
  graph: Graph,
  q: string,
  k: string,
  v: string,
  { batch, time, heads, width, skip }: AttentionShape,
): string {
  const size = width / heads;
  const rows = (x: string, from: number, to: number) => {
    if (to - from === graph.shape(x)[2]) return x;
    const bounds = [[from], [to], [2]].map((list) => graph.integers(list));
    return graph.emit("Slice", [x, ...bounds], [batch, heads, to - from, size], "float32");
  };
  const blocks: string[] = [];
  for (let from = skip; from < time; from += BLOCK) {
    const to = Math.min(time, from + BLOCK);
    const scored = [batch, heads, to - from, to];
    const products = graph.emit("FusedMatMul", [rows(q, from - skip, to - skip), rows(k, 0, to)], scored, "float32", {
      attributes: { transB: 1 },
    });
    const scores = graph.emit("Add", [products, causalBias(graph, from, to)], scored, "float32");
    const shares = graph.emit("Softmax", [scores], scored, "float32", { attributes: { axis: -1 } });
    blocks.push(graph.emit("MatMul", [shares, rows(v, 0, to)], [batch, heads, to - from, size], "float32"));
  }
  if (blocks.length === 1) return blocks[0];
  return graph.emit("Concat", blocks, [batch, heads, time - skip, size], "float32", { attributes: { axis: 2 } });
}

/** For queries from..to-1 over keys 0..to-1: nothing up to a query's own position, HIDDEN after it. */
function causalBias(graph: Graph, from: number, to: number): string {
  const bias = new Float32Array((to - from) * to);
  for (let row = 0; row < to - from; row++) bias.fill(HIDDEN, row * to + from + row + 1, (row + 1) * to);
  return graph.constant(bias, [to - from, to], "float32");
}
