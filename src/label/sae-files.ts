/**
 * @file A sparse autoencoder on disk, and running one.
 *
 * sae.safetensors holds the weights for raw states of one layer of one model; sae.json says which. Files come from
 * outside, so shapes and values are checked before use.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, writeJson } from "../base/files.js";
import { readSafetensors, writeSafetensors } from "../base/safetensors.js";
import { decodeSae, encodeSae, type SaeWeights } from "../nn/index.js";
import { compile, spec, type Tensor } from "../tensor/index.js";
import type { StoredSae } from "./train-sae.js";

export const SaeConfig = z.object({
  width: z.int().positive().describe("width of the states"),
  latents: z.int().positive(),
  layer: z.int().min(0).describe("residual stream after this many blocks"),
  activation: z.enum(["topk", "jumprelu"]).describe("how thresholds were trained"),
  l0: z.number().describe("mean active latents aimed at"),
  tokenizer: z.string().describe("fingerprint of the tokenizer"),
});
export type SaeConfig = z.infer<typeof SaeConfig>;

const NAMES = {
  encoder: "w_enc",
  encoderBias: "b_enc",
  decoder: "w_dec",
  decoderBias: "b_dec",
  threshold: "threshold",
} as const;
type Name = keyof typeof NAMES;

function shapesOf({ width, latents }: SaeConfig): Record<Name, number[]> {
  return {
    encoder: [width, latents],
    encoderBias: [latents],
    decoder: [latents, width],
    decoderBias: [width],
    threshold: [latents],
  };
}

/** Writes sae.safetensors, and sae.json with the config and what was measured. */
export async function saveSae(directory: string, sae: StoredSae, config: SaeConfig, measured: object): Promise<void> {
  const shapes = shapesOf(config);
  const tensors = Object.entries(NAMES).map(([key, name]) => [
    name,
    { data: sae[key as Name], shape: shapes[key as Name] },
  ]);
  await writeSafetensors(join(directory, "sae.safetensors"), Object.fromEntries(tensors), {
    config: JSON.stringify(config),
  });
  await writeJson(join(directory, "sae.json"), { ...config, measured });
}

/** Reads an SAE directory. @throws UserError naming the file and what does not fit */
export function loadSae(directory: string): { sae: StoredSae; config: SaeConfig } {
  const config = readJson(join(directory, "sae.json"), SaeConfig);
  const path = join(directory, "sae.safetensors");
  const { tensors } = readSafetensors(path, Object.values(NAMES));
  const shapes = shapesOf(config);
  const entries = Object.entries(NAMES).map(([key, name]) => {
    const { data, shape } = tensors[name];
    if (shape.join() !== shapes[key as Name].join())
      throw new UserError(`${path}: ${name} has shape [${shape}], sae.json needs [${shapes[key as Name]}].`);
    if (!(data instanceof Float32Array) || !data.every(Number.isFinite))
      throw new UserError(`${path}: ${name} is not finite float32. Train the SAE again.`);
    return [key, data];
  });
  return { config, sae: Object.fromEntries(entries) as StoredSae };
}

export interface SaeRunner {
  /** Activations of raw states: [rows, width] -> [rows, latents]. Any number of rows. */
  encode(states: Float32Array): Promise<Float32Array>;
  /** Reconstructed raw states, [rows, width] -> [rows, width]. */
  reconstruct(states: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Rows per run of the compiled graphs. */
const ROWS = 2048;

/** Compiles an SAE for running. */
export async function openSae(sae: StoredSae, config: SaeConfig, threads: number): Promise<SaeRunner> {
  const shapes = shapesOf(config);
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

/** The SAE with some of its latents only, in the order given: running it costs that much less. */
export function restrictSae(
  sae: StoredSae,
  config: SaeConfig,
  kept: Uint32Array,
): { sae: StoredSae; config: SaeConfig } {
  const { width, latents } = config;
  const pick = (vector: Float32Array) => Float32Array.from(kept, (latent) => vector[latent]);
  const encoder = new Float32Array(width * kept.length);
  const decoder = new Float32Array(width * kept.length);
  kept.forEach((latent, to) => {
    decoder.set(sae.decoder.subarray(latent * width, (latent + 1) * width), to * width);
    for (let index = 0; index < width; index++)
      encoder[index * kept.length + to] = sae.encoder[index * latents + latent];
  });
  const restricted = { encoder, decoder, encoderBias: pick(sae.encoderBias), threshold: pick(sae.threshold) };
  return { sae: { ...sae, ...restricted }, config: { ...config, latents: kept.length } };
}
