/**
 * @file A sparse autoencoder on disk.
 *
 * sae.safetensors holds the weights for raw states of one layer of one model; sae.json says which. Reading the weights,
 * of this format and others, is `readSae` of models/.
 */
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../base/files.js";
import { writeSafetensors } from "../base/safetensors.js";
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

/** Shapes of the arrays. */
export function saeShapes({ width, latents }: SaeConfig): Record<Name, number[]> {
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
  const shapes = saeShapes(config);
  const tensors = Object.entries(NAMES).map(([key, name]) => [
    name,
    { data: sae[key as Name], shape: shapes[key as Name] },
  ]);
  await writeSafetensors(join(directory, "sae.safetensors"), Object.fromEntries(tensors), {
    config: JSON.stringify(config),
  });
  await writeJson(join(directory, "sae.json"), { ...config, measured });
}

/** What an SAE of ours was trained on. @throws UserError naming the file and what does not fit */
export function readSaeConfig(directory: string): SaeConfig {
  return readJson(join(directory, "sae.json"), SaeConfig);
}
