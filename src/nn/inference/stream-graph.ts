/**
 * @file The residual stream up to a layer and linear read-outs of it, as one graph written for reading speed.
 *
 * Computes what `residualStream` of gpt.ts computes (a test compares them); nothing here can be differentiated. Weights
 * are constants of the graph, so the runtime lays them out for its kernels once; the embedding is an input, because only a few
 * of its rows are read and the runtime would keep a second copy of it.
 */
import { type Graph, MICROSOFT } from "../../tensor/index.js";
import { blockNames, type GptConfig } from "../config.js";
import type { Parameters } from "../init.js";
import { type AttentionWeights, attention, skipRows } from "./attention.js";
import { linear, type Precision } from "./linear.js";

/** A linear read-out of the states at a layer: weights [width]. */
export interface ReadOut {
  layer: number;
  weights: Float32Array;
}

export interface StreamGraphOptions {
  config: GptConfig;
  /** Those of `readingParameters`. */
  parameters: Parameters;
  readOuts: readonly ReadOut[];
  batch: number;
  time: number;
  precision: Precision;
  /** Positions at the start of each window that are only read as context: their read-outs are not computed. */
  skip: number;
}

/** Parameters as the graph wants them: attention's scale 1 / size is carried by the query's weights. */
export function readingParameters({ layers, width, heads }: GptConfig, parameters: Parameters): Parameters {
  const scaled = Array.from({ length: layers }, (_, layer) => blockNames(layer).query).map((name) => [
    name,
    parameters[name].map((weight) => weight / (width / heads)),
  ]);
  return { ...parameters, ...Object.fromEntries(scaled) };
}

const EPSILON = 1e-5;

interface Stream {
  /** Names of values [batch * time, width]; the norm is that of the state, times the next gain. */
  state: string;
  normed: string;
}

/** Emits the graph on inputs `embedding` and `tokens` [batch * time]; per read-out a value [batch * (time - skip), 1]. */
export function streamGraph(graph: Graph, options: StreamGraphOptions): string[] {
  const { config, parameters, readOuts, batch, time, precision } = options;
  const { width } = config;
  const last = Math.max(...readOuts.map(({ layer }) => layer));
  const gainOf = (name: string) => graph.constant(parameters[name], [width], "float32");
  const firstGain = (layer: number) => (layer < last ? gainOf(blockNames(layer).attentionNorm) : undefined);

  const states = [graph.emit("Gather", ["embedding", "tokens"], [batch * time, width], "float32")];
  let normed = last > 0 ? norm(graph, states[0], firstGain(0)!) : "";
  for (let layer = 0; layer < last; layer++) {
    const names = blockNames(layer);
    const of = (role: keyof typeof names) => parameters[names[role]];
    const weights = Object.fromEntries(
      (["query", "key", "value", "attentionOut"] as const).map((role) => [role, of(role)]),
    ) as unknown as AttentionWeights;
    // In the last block the skipped positions are keys and values; everything after attention is for the others alone.
    const skip = layer === last - 1 ? options.skip : 0;
    const shape = { ...config, batch, time, skip };
    const rows = batch * (time - skip);
    const added = attention(graph, normed, weights, shape, precision);
    const attended = addThenNorm(graph, skipRows(graph, states[layer], shape), added, gainOf(names.mlpNorm));
    const inner = linear(graph, attended.normed, of("mlpIn"), 4 * width, precision);
    const positive = graph.emit("Relu", [inner], [rows, 4 * width], "float32");
    const squared = graph.emit("Mul", [inner, positive], [rows, 4 * width], "float32");
    const fromMlp = linear(graph, squared, of("mlpOut"), width, precision);
    const gain = firstGain(layer + 1);
    if (gain === undefined) states.push(graph.emit("Add", [attended.state, fromMlp], [rows, width], "float32"));
    else {
      const next = addThenNorm(graph, attended.state, fromMlp, gain);
      states.push(next.state);
      normed = next.normed;
    }
  }
  return readOuts.map(({ layer, weights }) => {
    const isCut = layer === last && last > 0;
    const wanted = isCut ? states[layer] : skipRows(graph, states[layer], { batch, time, width, skip: options.skip });
    return linear(graph, wanted, weights, 1, "f32");
  });
}

/** x / rms(x) times a gain. */
function norm(graph: Graph, x: string, gain: string): string {
  return graph.emit("SimplifiedLayerNormalization", [x, gain], graph.shape(x), "float32", {
    attributes: { axis: -1, epsilon: { float: EPSILON }, stash_type: 1 },
  });
}

/** x + added, and its norm, in one pass. */
function addThenNorm(graph: Graph, x: string, added: string, gain: string): Stream {
  const shape = graph.shape(x);
  const outputs = [shape, undefined, undefined, shape];
  const [normed, , , state] = graph.emitMany("SkipSimplifiedLayerNormalization", [x, added, gain], outputs, "float32", {
    domain: MICROSOFT,
    attributes: { epsilon: { float: EPSILON } },
  });
  return { state, normed };
}
