/**
 * @file Gemma Scope (Lieberum et al. 2024), both releases: JumpReLU, no decoder bias subtracted from the input.
 *
 * The first release is params.npz with W_enc [width, latents] and so on, and says nowhere what it reads: the folder it
 * lies in does ("layer_20/width_16k/average_l0_71": the *output* of block 20 for the residual release). The second is
 * params.safetensors with w_enc, and a config.json that names the hook as a module of transformers.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { foreignHook } from "../hooks.js";
import { openSafetensors } from "../weights.js";
import { readNpz } from "./npz.js";
import { definitionOf, type NamedArrays } from "./shapes.js";
import type { SaeDefinition } from "./types.js";

/** Reads params.npz. @throws UserError naming what does not fit */
export async function readGemmaScope(path: string): Promise<SaeDefinition> {
  const arrays = await readNpz(path, ["W_enc", "b_enc", "W_dec", "b_dec", "threshold"]);
  const { W_enc: encoder, b_enc: encoderBias, W_dec: decoder, b_dec: decoderBias, threshold } = arrays;
  const layer = /layer_(\d{1,4})(?=[/\\]|$)/.exec(dirname(resolve(path)))?.[1];
  return {
    ...definitionOf(path, { encoder, encoderBias, decoder, decoderBias, threshold }),
    format: "gemma-scope",
    ...(layer === undefined
      ? {}
      : { hookName: `layer_${layer} (its folder)`, hook: { place: "resid_post", layer: Number(layer) } }),
  };
}

const Config = z.looseObject({
  hf_hook_point_in: z.string().optional(),
  hf_hook_point_out: z.string().optional(),
  model_name: z.string().optional(),
  architecture: z.string().optional(),
  affine_connection: z.boolean().optional(),
  type: z.string().optional(),
});

/** Reads a folder with params.safetensors. @throws UserError for transcoders and other architectures */
export function readGemmaScope2(directory: string): SaeDefinition {
  const path = join(directory, "params.safetensors");
  const settings = join(directory, "config.json");
  const config = existsSync(settings) ? readJson(settings, Config) : {};
  const { hf_hook_point_in: hookName, hf_hook_point_out: out, architecture = "jump_relu" } = config;
  if (architecture !== "jump_relu" && architecture !== "jumprelu")
    throw new UserError(`${settings} is of architecture "${architecture}"; Lacuna reads jump_relu.`);
  if (config.affine_connection || (config.type ?? "sae") !== "sae" || (out !== undefined && out !== hookName))
    throw new UserError(`${settings} is a transcoder (from ${hookName} to ${out}); Lacuna reads autoencoders.`);
  const weights = openSafetensors([path]);
  try {
    const read = (name: string) => {
      const shape = [...weights.shape(name)];
      return { data: weights.read(name, shape), shape };
    };
    const arrays: NamedArrays = {
      encoder: read("w_enc"),
      encoderBias: read("b_enc"),
      decoder: read("w_dec"),
      decoderBias: read("b_dec"),
      threshold: read("threshold"),
    };
    return {
      ...definitionOf(path, arrays),
      format: "gemma-scope-2",
      hookName,
      hook: hookName === undefined ? undefined : foreignHook(hookName),
      model: config.model_name,
    };
  } finally {
    weights.close();
  }
}
