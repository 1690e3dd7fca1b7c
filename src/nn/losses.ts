/**
 * @file Losses of single tokens under a trained model, muP multiplier included, for validation and evaluation.
 */
import { compile, spec } from "../tensor/index.js";
import { type Direction, loadModel, type Model, readEndOfText } from "./checkpoint.js";
import { type GptConfig, gptShapes } from "./config.js";
import { gptTokenLosses } from "./gpt.js";
import type { Parameters } from "./init.js";
import type { OpenOptions } from "./states.js";
import { type Reading, readInWindows } from "./windows.js";

export interface LossReader {
  readonly model: Model;
  /**
   * Losses of windows: tokens and the targets after them, [windows, context] each, any number of windows.
   * @returns negative log-likelihood of each target in nats, [windows, context]
   */
  windows(tokens: Int32Array, targets: Int32Array): Promise<Float32Array>;
  /**
   * Losses of whole documents, each read after an end-of-text, in overlapping windows (windows.ts).
   * @yields per token of the document, its negative log-likelihood in nats, in natural order
   */
  read(documents: Iterable<Uint32Array>): AsyncGenerator<{ document: number; losses: Float32Array }>;
  /** Changes the weights, keeping what was compiled (validation during training). */
  load(parameters: Parameters): void;
  release(): Promise<void>;
}

/** A document with what comes next at each position; reversed content keeps a final end-of-text last, as in training. */
export function arrangeForLosses(document: Uint32Array, endOfText: number, direction: Direction): Reading {
  const tokens = document.length;
  const content = tokens > 0 && document[tokens - 1] === endOfText ? tokens - 1 : tokens;
  const targets = Int32Array.from(document);
  if (direction === "reverse") targets.subarray(0, content).reverse();
  const inputs = new Int32Array(tokens);
  if (tokens > 0) inputs[0] = endOfText;
  inputs.set(targets.subarray(0, Math.max(0, tokens - 1)), 1);
  const isReversed = (position: number) => direction === "reverse" && position < content;
  return { inputs, targets, tokenAt: (p) => (isReversed(p) ? content - 1 - p : p), tokens };
}

/** Opens a language model for reading losses. @throws UserError when it is missing, corrupt, inconsistent or an encoder */
export async function openLosses(directory: string, options: OpenOptions = {}): Promise<LossReader> {
  return lossReader(loadModel(directory), readEndOfText(directory), options);
}

/** A reader of a model in memory. */
export function lossReader(model: Model, endOfText: number, { threads = 1, batch = 16 }: OpenOptions = {}): LossReader {
  const { config, direction } = model;
  let parameters = model.parameters;
  const programs = new Map<string, ReturnType<typeof compileLosses>>();

  const run = async (shape: { batch: number; time: number }, tokens: Int32Array, targets: Int32Array) => {
    const key = `${shape.batch}x${shape.time}`;
    if (!programs.has(key)) programs.set(key, compileLosses(config, shape, threads));
    return [(await (await programs.get(key)!).run(parameters, tokens, targets)) as Float32Array];
  };

  return {
    model,
    async windows(tokens, targets) {
      const size = batch * config.context;
      const losses = new Float32Array(tokens.length);
      for (let start = 0; start < tokens.length; start += size) {
        const padded = [tokens, targets].map((all) => {
          const part = new Int32Array(size);
          part.set(all.subarray(start, start + size));
          return part;
        });
        const [out] = await run({ batch, time: config.context }, padded[0], padded[1]);
        losses.set(out.subarray(0, Math.min(size, tokens.length - start)), start);
      }
      return losses;
    },
    async *read(documents) {
      const results = readInWindows(documents, {
        context: config.context,
        tokensPerRun: batch * config.context,
        arrange: (document) => arrangeForLosses(document, endOfText, direction),
        run,
      });
      for await (const { document, outputs } of results) yield { document, losses: outputs[0] };
    },
    load: (next) => {
      parameters = next;
    },
    async release() {
      for (const made of programs.values()) await (await made).release();
      programs.clear();
    },
  };
}

function compileLosses(config: GptConfig, { batch, time }: { batch: number; time: number }, threads: number) {
  const shapes = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const ids = spec([batch, time], "int32");
  return compile((weights, tokens, targets) => gptTokenLosses(config, weights, tokens, targets), [shapes, ids, ids], {
    threads,
  });
}
