/**
 * @file Compiled read-outs of one model, a program per length of run, made when first needed.
 *
 * A window is filled up to the next length there is a program for; attention is causal, so what it is filled with changes
 * nothing. Every program holds the weights once. So that big models do not hold them many times, the number of lengths is
 * limited by the size of the weights: short windows then run as longer ones, which costs time, not correctness.
 */
import { compileGraph, type GraphProgram, spec } from "../../tensor/index.js";
import type { Model } from "../checkpoint.js";
import { EMBEDDING } from "../config.js";
import { requireExactInt8 } from "./int8-check.js";
import type { Precision } from "./linear.js";
import { type ReadOut, readingParameters, streamGraph } from "./stream-graph.js";

/** Bytes of weights in all programs of one model together, where more than one program is made. */
const WEIGHT_BYTES = 2 ** 29;
/** Tokens in a run: few enough for a layer's intermediate results to stay in a core's cache, and for the memory that every program keeps. */
const TOKENS_PER_RUN = 512;

/** Shortest run worth a program of its own. */
const SHORTEST = 32;

/** The context, then 3/4 and 1/2 of it, of that, and so on: no window is filled up by much more than a third. */
export function runLengths(context: number): number[] {
  const lengths = [context];
  for (let length = context; length > SHORTEST; length = Math.ceil(length / 2))
    lengths.push(Math.ceil((3 * length) / 4), Math.ceil(length / 2));
  return lengths.filter((length) => length >= Math.min(SHORTEST, context));
}

export interface ReadOutPrograms {
  /** Longest window. */
  context: number;
  /** The shortest run that holds a window of `filled` positions. */
  timeOf(filled: number): number;
  /** Windows in a run. A window's results do not depend on the others: int8 rounds by run, so it takes one. */
  batchOf(time: number): number;
  /**
   * tokens [batch * time] -> per read-out [batch * (time - skip)], read before the next call. The first `skip` positions of
   * each window are only context for the others.
   */
  run(time: number, skip: number, tokens: Int32Array): Promise<Float32Array[]>;
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
  { config, parameters: given }: Model,
  readOuts: readonly ReadOut[],
  { threads = 1, precision = "f32" }: ReadOutOptions = {},
): ReadOutPrograms {
  const parameters = readingParameters(config, given);
  const programs = new Map<string, Promise<GraphProgram>>();
  const last = Math.max(...readOuts.map(({ layer }) => layer));
  // Every length has a program for windows that start a document and one for those that go on.
  const bytesPerProgram = 4 * 12 * config.width ** 2 * Math.max(1, last);
  const lengths = runLengths(config.context).slice(0, Math.max(1, Math.floor(WEIGHT_BYTES / bytesPerProgram / 2)));
  const batchOf = (time: number) => (precision === "int8" ? 1 : Math.max(1, Math.floor(TOKENS_PER_RUN / time)));
  const make = async (time: number, skip: number) => {
    if (precision === "int8") await requireExactInt8();
    const batch = batchOf(time);
    const inputs = {
      embedding: spec([config.vocabulary, config.width]),
      tokens: spec([batch * time], "int32"),
    };
    const options = { config, parameters, readOuts, batch, time, skip, precision };
    return compileGraph(inputs, (graph) => streamGraph(graph, options), { threads });
  };
  let seconds = 0;
  return {
    context: config.context,
    timeOf: (filled) => lengths.findLast((length) => length >= filled)!,
    batchOf,
    async run(time, skip, tokens) {
      const key = `${time}-${skip}`;
      if (!programs.has(key)) programs.set(key, make(time, skip));
      const program = await programs.get(key)!;
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
