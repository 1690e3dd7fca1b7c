/** @file SAELens directories: cfg.json and sae_weights.safetensors, of version 6 and of those before it. */
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { foreignHook } from "../hooks.js";
import { openSafetensors, type WeightStore } from "../weights.js";
import { architectureOf, Config, kOf, normalisationOf, placeOf } from "./saelens-config.js";
import { definitionOf, requireKnown } from "./shapes.js";
import type { SaeDefinition } from "./types.js";

const FACTORS = ["finetuning_scaling_factor", "scaling_factor"];

/** Reads a folder. @throws UserError naming the file, the setting and what is known */
export function readSaeLens(directory: string): SaeDefinition {
  const settings = join(directory, "cfg.json");
  const config = readJson(settings, Config);
  const kind = architectureOf(config, settings);
  const path = join(directory, "sae_weights.safetensors");
  const weights = openSafetensors([path]);
  try {
    const { d_in: width, d_sae: latents } = config;
    const known = ["W_enc", "b_enc", "W_dec", "b_dec", ...(kind === "jumprelu" ? ["threshold"] : []), ...FACTORS];
    requireKnown(path, weights.names, known, `architecture ${kind}`);
    const read = (name: string, ...shape: number[]) => ({ data: weights.read(name, shape), shape });
    const arrays = {
      encoder: read("W_enc", width, latents),
      encoderBias: read("b_enc", latents),
      decoder: read("W_dec", latents, width),
      decoderBias: read("b_dec", width),
      ...(kind === "jumprelu" ? { threshold: read("threshold", latents) } : {}),
    };
    const factors = finetuned(config, weights, settings, path);
    if (factors) scaleRows(arrays.decoder.data, factors, width);
    const { hookName, model } = placeOf(config);
    return {
      ...definitionOf(path, arrays),
      ...(kind === "topk" ? { activation: { kind: "topk", k: kOf(config, settings) } as const } : {}),
      format: "saelens",
      subtractsDecoderBias: config.apply_b_dec_to_input,
      rescalesByDecoderNorm: config.rescale_acts_by_decoder_norm,
      normalisation: normalisationOf(config, settings),
      hookName,
      hook: hookName === undefined ? undefined : foreignHook(hookName),
      model,
    };
  } finally {
    weights.close();
  }
}

/**
 * A factor per latent between activation and decoder that finetuning moved from 1; activations themselves are as they were.
 * Files of some versions hold factors of 1 and do not say so.
 *
 * @returns [latents], undefined where there are none
 * @throws UserError when settings and weights disagree
 */
function finetuned(config: Config, weights: WeightStore, settings: string, path: string): Float32Array | undefined {
  const name = FACTORS.find((factor) => weights.has(factor));
  const isSaid = config.finetuning_scaling_factor === true;
  if (name === undefined) {
    if (!isSaid) return undefined;
    throw new UserError(`${settings} says finetuning_scaling_factor, but ${path} holds no such tensor. Get it again.`);
  }
  const factors = weights.read(name, [config.d_sae]);
  if (factors.every((factor) => Math.abs(factor - 1) <= 1e-5)) return undefined;
  if (!isSaid)
    throw new UserError(
      `${path} has a ${name} other than 1, but ${settings} does not say finetuning_scaling_factor. Set it to true to apply it.`,
    );
  if (config.rescale_acts_by_decoder_norm)
    throw new UserError(`${settings} has both finetuning_scaling_factor and rescale_acts_by_decoder_norm.`);
  return factors;
}

/** Multiplies row r of a matrix by factors[r], in place. */
function scaleRows(matrix: Float32Array, factors: Float32Array, width: number): void {
  factors.forEach((factor, row) => {
    for (let index = row * width; index < (row + 1) * width; index++) matrix[index] *= factor;
  });
}
