/**
 * @file Residual-stream states of whole documents: what SAEs and probes are trained on and read.
 *
 * Only the blocks up to the last layer asked for are run. A forward reader's state of token t depends on tokens <= t
 * only. A reverse reader reads the reversed document and its states are flipped back, so that they depend on tokens >= t
 * only (design: the right half of a biLM). See windows.ts for documents longer than the context.
 */
import { compile, type Program, spec, type Tensor } from "../tensor/index.js";
import { loadModel, type Model, readEndOfText } from "./checkpoint.js";
import { gptShapes } from "./config.js";
import { residualStream } from "./gpt.js";
import { type DocumentResult, type Reading, readInWindows } from "./windows.js";

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
  return stateReader(loadModel(directory), readEndOfText(directory), options);
}

/** A reader of a model in memory. */
export function stateReader(
  model: Model,
  endOfText: number,
  { threads = 1, batch = 16, layers: openedWith }: OpenOptions & { layers?: readonly number[] } = {},
): StateReader {
  const { config, parameters } = model;
  const shapes = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const programs = new Map<string, Promise<Program>>();

  const program = (layers: readonly number[], shape: { batch: number; time: number }) => {
    const key = `${layers}@${shape.batch}x${shape.time}`;
    const make = () =>
      compile(
        (weights: Record<string, Tensor>, tokens: Tensor) => {
          const stream = residualStream(config, weights, tokens, Math.max(...layers));
          return layers.map((layer) => stream[layer]);
        },
        [shapes, spec([shape.batch, shape.time], "int32")],
        { threads },
      );
    if (!programs.has(key)) programs.set(key, make());
    return programs.get(key)!;
  };

  return {
    model,
    async *read(documents, { layers = openedWith ?? [config.layers], reverse = model.direction === "reverse" } = {}) {
      const wrong = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer > config.layers);
      if (layers.length === 0 || wrong !== undefined)
        throw new Error(`Layers [${layers}] are not all among 0..${config.layers}`);
      const results: AsyncGenerator<DocumentResult> = readInWindows(documents, {
        context: config.context,
        tokensPerRun: batch * config.context,
        arrange: (document) => arrangeForStates(document, endOfText, reverse),
        run: async (shape, tokens) => (await (await program(layers, shape)).run(parameters, tokens)) as Float32Array[],
      });
      for await (const { document, outputs } of results) yield { document, states: outputs };
    },
    async release() {
      for (const made of programs.values()) await (await made).release();
      programs.clear();
    },
  };
}
