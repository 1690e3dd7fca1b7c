/**
 * @file Compiled read-outs of one model, a program per window length, made when first needed.
 *
 * Every program holds the weights once. So that big models do not hold them many times, the number of window lengths is
 * limited by the size of the weights: short documents then run in longer windows, which costs time, not correctness.
 */
import { compileGraph, type GraphProgram, spec } from "../../tensor/index.js";
import type { Model } from "../checkpoint.js";
import { EMBEDDING } from "../config.js";
import { windowTime } from "../windows.js";
import type { Precision } from "./linear.js";
import { type ReadOut, streamGraph } from "./stream-graph.js";

/** Bytes of weights in all programs of one model together, where more than one program is made. */
const WEIGHT_BYTES = 2 ** 29;
/** Tokens in a run: as many as keep a layer's intermediate results in a core's cache at the widths trained on CPUs. */
const TOKENS_PER_RUN = 1024;

export interface ReadOutPrograms {
  /** Window length for a document of `length` positions. */
  timeOf(length: number): number;
  /** Windows in a run. A window's results do not depend on the others: int8 rounds by run, so it takes one. */
  batchOf(time: number): number;
  /** tokens [batch * time] -> per read-out [batch * time], read before the next call. */
  run(time: number, tokens: Int32Array): Promise<Float32Array[]>;
  /** Seconds spent in the native runtime so far. */
  seconds(): number;
  release(): Promise<void>;
}

export interface ReadOutOptions {
  threads?: number;
  precision?: Precision;
}

/** Programs that read `readOuts` of a model's residual stream; no layer after the deepest is run. */
export function readOutPrograms(
  { config, parameters }: Model,
  readOuts: readonly ReadOut[],
  { threads = 1, precision = "f32" }: ReadOutOptions = {},
): ReadOutPrograms {
  const programs = new Map<number, Promise<GraphProgram>>();
  const last = Math.max(...readOuts.map(({ layer }) => layer));
  const bytesPerProgram = 4 * 12 * config.width ** 2 * Math.max(1, last);
  const lengths = Math.max(1, Math.floor(WEIGHT_BYTES / bytesPerProgram));
  const shortest = config.context / 2 ** Math.min(lengths - 1, 30);
  const batchOf = (time: number) => (precision === "int8" ? 1 : Math.max(1, Math.floor(TOKENS_PER_RUN / time)));
  const make = (time: number) => {
    const batch = batchOf(time);
    const inputs = {
      embedding: spec([config.vocabulary, config.width]),
      tokens: spec([batch * time], "int32"),
    };
    const options = { config, parameters, readOuts, batch, time, precision };
    return compileGraph(inputs, (graph) => streamGraph(graph, options), { threads });
  };
  let seconds = 0;
  return {
    timeOf: (length) => windowTime(length, config.context, shortest),
    batchOf,
    async run(time, tokens) {
      if (!programs.has(time)) programs.set(time, make(time));
      const program = await programs.get(time)!;
      const start = performance.now();
      const results = await program.run({ embedding: parameters[EMBEDDING], tokens });
      seconds += (performance.now() - start) / 1000;
      return results;
    },
    seconds: () => seconds,
    async release() {
      for (const program of programs.values()) await (await program).release();
      programs.clear();
    },
  };
}
