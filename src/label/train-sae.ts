/**
 * @file Training a sparse autoencoder on the residual stream of an annotator model.
 *
 * It is trained on whitened states (whiten.ts); the stored weights take raw ones. Latents start as directions of random states, which leaves
 * fewer of them dead than random directions, and L0 falls to its target over the first part of training.
 */

import type { Progress } from "../base/progress.js";
import { random } from "../base/random.js";
import {
  hyperparameters,
  learningRate,
  SAE_TRAINING,
  type SaeActivation,
  type SaeTraining,
  type SaeWeights,
  saeSpecs,
  saeStep,
} from "../nn/index.js";
import { compileLoop } from "../tensor/index.js";
import type { Annotator } from "./annotator.js";
import type { DocumentSet } from "./documents.js";
import { StateSampler } from "./state-sampler.js";
import { readerToRaw, toRaw, type Whitening, whiten, whiteningOf } from "./whiten.js";

export interface SaeOptions {
  layer: number;
  latents: number;
  activation: SaeActivation;
  /** Mean number of active latents per token aimed at. */
  l0: number;
  steps: number;
  /** States per step. */
  batch: number;
  lr: number;
  seed: number;
}

/** Rows of the shuffle buffer, and factor and share of training by which L0 starts above its target. */
const CAPACITY = 32768;
const L0_START = 4;
const L0_FALL = 0.3;
/** Logarithm of the thresholds at the start, in units of whitened states. */
const LOG_THRESHOLD = 0;

export type StoredSae = SaeWeights<Float32Array<ArrayBuffer>>;
type Values = Record<string, Float32Array<ArrayBuffer>>;

/** Trains an SAE. Deterministic for one machine and thread count; the seed decides order and start. */
export async function trainSae(
  annotator: Annotator,
  set: DocumentSet,
  options: SaeOptions,
  { progress, threads }: { progress: Progress; threads: number },
): Promise<StoredSae> {
  const { layer, latents, activation, l0: goal, steps, batch, lr, seed } = options;
  const sampler = new StateSampler(annotator, set, { layer, capacity: Math.max(CAPACITY, 2 * batch), seed });
  const { width } = sampler;
  const training: SaeTraining = { width, latents, activation, ...SAE_TRAINING };
  const whitening = whiteningOf(await sampler.peek(), width);
  const parameters = startingPoint(await sampler.peek(), training, whitening, seed);
  const zeros = () =>
    Object.fromEntries(Object.entries(parameters).map(([name, data]) => [name, new Float32Array(data.length)]));
  const loop = await compileLoop(saeStep(training), saeSpecs(training, batch), { threads });
  try {
    loop.load({ parameters, first: zeros(), second: zeros() });
    for (let step = 0; step < steps; step++) {
      const x = whiten(await sampler.next(batch), whitening);
      const target = goal * Math.max(1, L0_START ** (1 - step / (L0_FALL * steps)));
      const rate = learningRate(step, { peak: lr, steps, warmupShare: 0.05, finalShare: 0.05 });
      const hyper = hyperparameters(step + 1, rate, { weightDecay: 0 });
      const metrics = await loop.run({ x, target, hyper });
      const detail = `unexplained ${metrics.loss[0].toFixed(3)}, L0 ${metrics.l0[0].toFixed(1)}`;
      progress({ done: step + 1, total: steps, unit: "steps", detail });
    }
    const trained = loop.state().parameters as Values;
    return forRawStates(trained, whitening);
  } finally {
    await loop.release();
    await sampler.close();
  }
}

/** Decoder rows are directions of random states, the encoder its transpose, biases zero. */
function startingPoint(rows: Float32Array, { width, latents }: SaeTraining, by: Whitening, seed: number): Values {
  const draw = random(seed, "sae:start");
  const decoder = new Float32Array(latents * width);
  const encoder = new Float32Array(latents * width);
  for (let latent = 0; latent < latents; latent++) {
    const at = draw.integer(rows.length / width) * width;
    const direction = Array.from(whiten(rows.slice(at, at + width), by), (value) => value + 1e-3 * draw.normal());
    const norm = Math.hypot(...direction);
    direction.forEach((value, index) => {
      decoder[latent * width + index] = value / norm;
      encoder[index * latents + latent] = value / norm;
    });
  }
  return {
    encoder,
    encoderBias: new Float32Array(latents),
    decoder,
    decoderBias: new Float32Array(width),
    logThreshold: new Float32Array(latents).fill(LOG_THRESHOLD),
  };
}

/** Weights that take raw states; decoder rows have norm 1 again, activations take their scale. */
function forRawStates(p: Values, by: Whitening): StoredSae {
  const { width } = by;
  const latents = p.encoderBias.length;
  const encoder = new Float32Array(width * latents);
  const decoder = new Float32Array(latents * width);
  const norms = new Float32Array(latents);
  for (let latent = 0; latent < latents; latent++) {
    const direction = toRaw(p.decoder.subarray(latent * width, (latent + 1) * width), by);
    const norm = Math.hypot(...direction);
    norms[latent] = norm;
    const column = Array.from({ length: width }, (_, index) => p.encoder[index * latents + latent]);
    const reader = readerToRaw(column, by);
    for (let index = 0; index < width; index++) {
      decoder[latent * width + index] = direction[index] / norm;
      encoder[index * latents + latent] = reader[index] * norm;
    }
  }
  return {
    encoder,
    encoderBias: p.encoderBias.map((value, latent) => value * norms[latent]),
    decoder,
    decoderBias: Float32Array.from(toRaw(p.decoderBias, by), (value, index) => by.mean[index] + value),
    threshold: p.logThreshold.map((value, latent) => Math.exp(value) * norms[latent]),
  };
}
