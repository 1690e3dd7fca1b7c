/** @file How well a sparse autoencoder reconstructs, and how sparsely, on states it was not trained on. */
import { decodeSae, encodeSae, type SaeWeights } from "../nn/index.js";
import { compile, spec, type Tensor } from "../tensor/index.js";
import type { Annotator } from "./annotator.js";
import { type DocumentSet, specialMask } from "./documents.js";
import { type SaeConfig, saeShapes } from "./sae-files.js";
import type { StoredSae } from "./train-sae.js";

export interface SaeQuality {
  /** Share of variance explained: 1 - (squared error) / (squared distance from the mean). */
  r2: number;
  /** Mean number of active latents per token. */
  l0: number;
  /** Latents that were active on no token measured. */
  dead: number;
  tokens: number;
}

/** Measures on the ordinary tokens of a set of documents. */
export async function measureSae(
  annotator: Annotator,
  sae: StoredSae,
  config: SaeConfig,
  { documents, specials }: DocumentSet,
  threads: number,
): Promise<SaeQuality> {
  const { width, latents, layer } = config;
  const runner = await openRunner(sae, config, threads);
  const sum = new Float64Array(width);
  const isAlive = new Uint8Array(latents);
  let [tokens, squares, error, active] = [0, 0, 0, 0];
  for await (const { documents: indices, states } of readRuns(annotator, layer, documents)) {
    const [rebuilt, activations] = [await runner.reconstruct(states), await runner.encode(states)];
    const isSpecial = indices.flatMap((document) => [...specialMask(documents[document], specials)]);
    for (let token = 0; token < isSpecial.length; token++) {
      if (isSpecial[token]) continue;
      tokens++;
      for (let index = token * width; index < (token + 1) * width; index++) {
        sum[index - token * width] += states[index];
        squares += states[index] ** 2;
        error += (states[index] - rebuilt[index]) ** 2;
      }
      for (let latent = 0; latent < latents; latent++) {
        if (activations[token * latents + latent] === 0) continue;
        active++;
        isAlive[latent] = 1;
      }
    }
  }
  await runner.release();
  if (tokens === 0) return { r2: 0, l0: 0, dead: latents, tokens };
  const variance = squares - sum.reduce((all, value) => all + value ** 2, 0) / tokens;
  const dead = isAlive.reduce((count, alive) => count + 1 - alive, 0);
  return { r2: 1 - error / variance, l0: active / tokens, dead, tokens };
}

interface SaeRunner {
  /** Activations of raw states: [rows, width] -> [rows, latents]. Any number of rows. */
  encode(states: Float32Array): Promise<Float32Array>;
  /** Reconstructed raw states, [rows, width] -> [rows, width]. */
  reconstruct(states: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Rows per run of the compiled graphs. */
const ROWS = 2048;

async function openRunner(sae: StoredSae, config: SaeConfig, threads: number): Promise<SaeRunner> {
  const shapes = saeShapes(config);
  const weights = {
    encoder: spec(shapes.encoder),
    encoderBias: spec(shapes.encoderBias),
    decoder: spec(shapes.decoder),
    decoderBias: spec(shapes.decoderBias),
    threshold: spec(shapes.threshold),
  };
  const block = spec([ROWS, config.width]);
  const encoder = await compile(encodeSae, [weights, block], { threads });
  const rebuild = (w: SaeWeights<Tensor>, x: Tensor) => decodeSae(w, encodeSae(w, x));
  const both = await compile(rebuild, [weights, block], { threads });
  const inBlocks = async (program: typeof encoder, states: Float32Array, outWidth: number) => {
    const rows = states.length / config.width;
    const result = new Float32Array(rows * outWidth);
    for (let start = 0; start < rows; start += ROWS) {
      const block = new Float32Array(ROWS * config.width);
      block.set(states.subarray(start * config.width, (start + ROWS) * config.width));
      const out = await program.run(sae, block);
      result.set(out.subarray(0, Math.min(ROWS, rows - start) * outWidth), start * outWidth);
    }
    return result;
  };
  return {
    encode: (states) => inBlocks(encoder, states, config.latents),
    reconstruct: (states) => inBlocks(both, states, config.width),
    async release() {
      await encoder.release();
      await both.release();
    },
  };
}

/** Tokens gathered before the SAE is run: it is far faster on many rows than on one document's. */
const ROWS_PER_RUN = 8192;

/** Several documents one after another. */
interface StatesRun {
  /** Their indices among the documents given. */
  documents: number[];
  /** Shape [tokens of all of them, width]. */
  states: Float32Array;
}

/** Reads documents in order, several at a time. Memory is bounded by one run and one document. */
async function* readRuns(
  annotator: Annotator,
  layer: number,
  documents: readonly Uint32Array[],
): AsyncGenerator<StatesRun> {
  let gathered: { document: number; states: Float32Array }[] = [];
  let values = 0;
  const take = (): StatesRun => {
    const states = new Float32Array(values);
    let offset = 0;
    for (const part of gathered) {
      states.set(part.states, offset);
      offset += part.states.length;
    }
    const run = { documents: gathered.map(({ document }) => document), states };
    gathered = [];
    values = 0;
    return run;
  };
  for await (const { document, states } of annotator.read(documents, layer)) {
    gathered.push({ document, states });
    values += states.length;
    if (values >= ROWS_PER_RUN * annotator.width) yield take();
  }
  if (gathered.length > 0) yield take();
}
