/**
 * @file Residual-stream states of whole documents: what SAEs and probes are trained on and read.
 *
 * Only the blocks up to the last layer asked for are run. A forward reader's state of token t depends on tokens <= t
 * only. A reverse reader reads the reversed document and its states are flipped back, so that they depend on tokens >= t
 * only (design: the right half of a biLM). An encoder's states depend on both sides and on nothing that fills a window up.
 * See windows.ts for documents longer than the context.
 */
import { compile, spec, type Tensor } from "../tensor/index.js";
import { loadAnyModel, type Model, readEndOfText } from "./checkpoint.js";
import { type GptConfig, streamShapes } from "./config.js";
import { residualStream, type TracedParameters } from "./gpt.js";
import type { Parameters } from "./init.js";
import { planCentredWindows, planWindows, type Reading, readInWindows } from "./windows.js";

export interface StateReader {
  readonly model: Model;
  /**
   * Reads documents in order.
   *
   * @param documents - token ids of each; ending with end-of-text, as in token shards, or not
   * @returns per requested layer (0 = embedding, L = output of the last block, no final norm) [tokens, width] in natural
   * token order; the same whatever else is read beside the document
   */
  read(documents: Iterable<Uint32Array>, options?: ReadStatesOptions): AsyncGenerator<DocumentStates>;
  release(): Promise<void>;
}

export interface ReadStatesOptions {
  /** Layers wanted; the default is what the reader was opened with. */
  layers?: readonly number[];
  /** Read from the end; the default is the direction the model was trained in. */
  reverse?: boolean;
}

export interface DocumentStates {
  /** Index among the documents given. */
  document: number;
  states: Float32Array[];
}

export interface OpenOptions {
  threads?: number;
  /** Windows of full context per run; a larger one is a little faster and takes more memory. */
  batch?: number;
}

/**
 * A document as its reader sees it: end-of-text, then the tokens, from the start or from the end.
 *
 * From the end, a final end-of-text comes first and serves as the one that precedes the document.
 */
export function arrangeForStates(document: Uint32Array, endOfText: number, reverse: boolean): Reading {
  const tokens = document.length;
  const ends = tokens > 0 && document[tokens - 1] === endOfText;
  const inputs = new Int32Array(reverse && ends ? tokens : tokens + 1);
  inputs[0] = endOfText;
  inputs.set(reverse ? Int32Array.from(document).reverse() : document, inputs.length - tokens);
  const last = inputs.length - 1;
  const tokenAt = reverse ? (position: number) => last - position : (position: number) => position - 1;
  return { inputs, targets: new Int32Array(inputs.length), tokenAt, tokens };
}

/** Opens a model directory for reading states. @throws UserError when it is missing, corrupt or inconsistent */
export async function openStates(
  directory: string,
  options: OpenOptions & { layers?: readonly number[] } = {},
): Promise<StateReader> {
  return stateReader(loadAnyModel(directory), readEndOfText(directory), options);
}

/** A reader of a model in memory. */
export function stateReader(
  model: Model,
  endOfText: number,
  { threads = 1, batch = 16, layers: openedWith }: OpenOptions & { layers?: readonly number[] } = {},
): StateReader {
  const { config, parameters } = model;
  const programs = new Map<string, ReturnType<typeof compileStates>>();

  return {
    model,
    async *read(documents, { layers = openedWith ?? [config.layers], reverse = model.direction === "reverse" } = {}) {
      const wrong = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer > config.layers);
      if (layers.length === 0 || wrong !== undefined)
        throw new Error(`Layers [${layers}] are not all among 0..${config.layers}`);
      const results = readInWindows(documents, {
        context: config.context,
        tokensPerRun: batch * config.context,
        arrange: (document) => arrangeForStates(document, endOfText, reverse),
        run: async (shape, tokens, _targets, isText) => {
          const key = `${layers}@${shape.batch}x${shape.time}`;
          if (!programs.has(key)) programs.set(key, compileStates(config, layers, shape, threads));
          return (await programs.get(key)!).run(parameters, tokens, isText);
        },
        plan: config.bidirectional ? planCentredWindows : planWindows,
      });
      for await (const { document, outputs } of results) yield { document, states: outputs };
    },
    async release() {
      for (const made of programs.values()) await (await made).release();
      programs.clear();
    },
  };
}

/** Compiles the blocks up to the last layer wanted, and nothing after it. */
async function compileStates(
  config: GptConfig,
  layers: readonly number[],
  { batch, time }: { batch: number; time: number },
  threads: number,
) {
  const last = Math.max(...layers);
  const shapes = streamShapes(config, last);
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, spec(shape)]));
  // Only an encoder must be told where a window is filled up.
  const masks = config.bidirectional ? [spec([batch, time])] : [];
  const program = await compile(
    (weights: TracedParameters, tokens: Tensor, isText: Tensor[]) => {
      const stream = residualStream(config, weights, tokens, last, isText[0]);
      return layers.map((layer) => stream[layer]);
    },
    [specs, spec([batch, time], "int32"), masks],
    { threads },
  );
  return {
    run: async (parameters: Parameters, tokens: Int32Array, isText: Float32Array<ArrayBuffer>) => {
      const needed = Object.fromEntries(Object.keys(shapes).map((name) => [name, parameters[name]]));
      return (await program.run(needed, tokens, config.bidirectional ? [isText] : [])) as Float32Array[];
    },
    release: () => program.release(),
  };
}
