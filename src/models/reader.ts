/**
 * @file Other people's models, from their Hugging Face directories, as readers of states.
 *
 * Documents of any length are read in half-overlapping windows (nn/windows.ts): a token's state comes from the window
 * that gives it most context, and nothing is truncated. Where the model needs BOS every window begins with one. All is
 * computed in float32, whatever the files hold.
 */
import { readInWindows } from "../nn/windows.js";
import { type BeginOfText, beginOfText } from "./bos.js";
import { readArchitecture } from "./config.js";
import { blocksNeeded, type Hook, requireHook } from "./hooks.js";
import { Runner } from "./runner.js";
import { openWeights } from "./weights.js";

export interface OpenModelOptions {
  /** Last block that will be read; the weights of those after it need not be there. Default, and at most: the last. */
  lastLayer?: number;
  /** Threads inside one operation. */
  threads?: number;
  /** Tokens in a window, BOS left out; at most the context of the model. */
  window?: number;
  /** Tokens in a batch of windows. */
  tokensPerRun?: number;
  /** Bytes of weights kept in memory between batches; what is beyond is read again each time. */
  weightMemory?: number;
  /** Id of BOS, or false for none; default: what the directory says. */
  bos?: number | false;
}

export interface HookedStates {
  /** Index among the documents given. */
  document: number;
  /** Per hook asked for, [tokens, width] in the order of the document's tokens. */
  states: Float32Array[];
}

/** A model whose states can be read at hooks. Ours and other people's alike. */
export interface HookedModel {
  /** `model_type` of config.json. */
  readonly architecture: string;
  readonly width: number;
  /** Blocks of the model. */
  readonly layers: number;
  /** Blocks that were opened, from the first. */
  readonly readable: number;
  readonly bos: BeginOfText;
  /**
   * Reads documents in order.
   *
   * @param documents - token ids; with the model's BOS in front or without, which makes no difference to the others
   * @param hooks - where to read, at least one
   * @returns one result per document; the same whatever else is read beside it
   * @throws UserError when the model has no such hook or a token is not in its vocabulary
   */
  read(documents: Iterable<Uint32Array>, hooks: readonly Hook[]): AsyncGenerator<HookedStates>;
  release(): Promise<void>;
}

const DEFAULTS = { window: 1024, tokensPerRun: 2048, weightMemory: 4 * 2 ** 30 };
/** Windows are halved for short documents down to this, so lengths are multiples of it. */
const WINDOW_STEP = 32;
/** Values of results held back, at most, before a group of documents is finished. */
const GROUP_VALUES = 1 << 26;

/** Opens a Hugging Face directory. @throws UserError naming the file and what is missing, wrong or not supported */
export async function openHfModel(directory: string, options: OpenModelOptions = {}): Promise<HookedModel> {
  const config = readArchitecture(directory);
  const { architecture } = config;
  const { threads = 1, weightMemory = DEFAULTS.weightMemory } = options;
  const bos = beginOfText(directory, config, options.bos);
  const readable = Math.min(architecture.layers, (options.lastLayer ?? architecture.layers - 1) + 1);
  const weights = openWeights(directory);
  let runner: Runner;
  try {
    runner = new Runner(architecture, weights, readable, { threads, weightMemory }, directory);
  } catch (error) {
    weights.close();
    throw error;
  }
  const { width } = architecture;
  const before = bos.id === undefined ? 0 : 1;
  const room = Math.min(options.window ?? DEFAULTS.window, architecture.context - before);
  const context = room >= WINDOW_STEP ? room - (room % WINDOW_STEP) : Math.max(1, room);

  /** Runs windows with BOS in front and takes its state away again; keeps it, it is the same everywhere. */
  const runWith = (hooks: readonly Hook[], keepBos: (states: Float32Array[]) => void) => {
    return async ({ batch, time }: { batch: number; time: number }, tokens: Int32Array) => {
      if (bos.id === undefined) return runner.run({ batch, time }, tokens, hooks);
      const rows = time + 1;
      const inputs = new Int32Array(batch * rows).fill(bos.id);
      for (let row = 0; row < batch; row++) inputs.set(tokens.subarray(row * time, (row + 1) * time), row * rows + 1);
      const outputs = await runner.run({ batch, time: rows }, inputs, hooks);
      keepBos(outputs.map((output) => output.slice(0, width)));
      return outputs.map((output) => {
        const rest = new Float32Array(batch * time * width);
        for (let row = 0; row < batch; row++)
          rest.set(output.subarray((row * rows + 1) * width, (row + 1) * rows * width), row * time * width);
        return rest;
      });
    };
  };

  async function* readGroup(group: readonly Uint32Array[], first: number, hooks: readonly Hook[]) {
    const hasBos = group.map((document) => bos.id !== undefined && document[0] === bos.id);
    let bosStates: Float32Array[] = [];
    const results = readInWindows(
      group.map((document, index) => document.subarray(hasBos[index] ? 1 : 0)),
      {
        context,
        tokensPerRun: Math.max(context, options.tokensPerRun ?? DEFAULTS.tokensPerRun),
        arrange: (document) => ({
          inputs: Int32Array.from(document),
          targets: new Int32Array(document.length),
          tokenAt: (position) => position,
          tokens: document.length,
        }),
        run: runWith(hooks, (states) => {
          bosStates = states;
        }),
      },
    );
    for await (const { document, outputs } of results) {
      const states = hasBos[document] ? outputs.map((output, index) => joined(bosStates[index], output)) : outputs;
      yield { document: first + document, states };
    }
  }

  return {
    architecture: architecture.name,
    width,
    layers: architecture.layers,
    readable,
    bos,
    async *read(documents, hooks) {
      if (hooks.length === 0) throw new Error("No hook was asked for");
      for (const hook of hooks) requireHook(hook, readable, directory);
      const unneeded = hooks.find((hook) => blocksNeeded(hook) > readable);
      if (unneeded) throw new Error(`Opened for ${readable} blocks`);
      let group: Uint32Array[] = [];
      let [values, first] = [0, 0];
      for (const document of documents) {
        group.push(document);
        values += document.length * width * hooks.length;
        if (values < GROUP_VALUES) continue;
        yield* readGroup(group, first, hooks);
        first += group.length;
        [group, values] = [[], 0];
      }
      yield* readGroup(group, first, hooks);
    },
    release: () => runner.release(),
  };
}

function joined(first: Float32Array, rest: Float32Array): Float32Array {
  const all = new Float32Array(first.length + rest.length);
  all.set(first);
  all.set(rest, first.length);
  return all;
}
