/**
 * @file Gemma Scope (Lieberum et al. 2024), both releases: JumpReLU, no decoder bias subtracted from the input.
 *
 * The first release is params.npz with W_enc [width, latents] and so on, and says nowhere what it reads: the folders it
 * lies in do ("layer_20/width_16k/average_l0_71": the *output* of block 20, unless the release above it, such as
 * "gemma-scope-2b-pt-mlp", is of another place). The second is
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
import { definitionOf, type NamedArrays, requireKnown } from "./shapes.js";
import type { SaeDefinition } from "./types.js";

/** Reads params.npz. @throws UserError naming what does not fit */
export async function readGemmaScope(path: string): Promise<SaeDefinition> {
  const arrays = await readNpz(path, ["W_enc", "b_enc", "W_dec", "b_dec", "threshold"]);
  const { W_enc: encoder, b_enc: encoderBias, W_dec: decoder, b_dec: decoderBias, threshold } = arrays;
  const place = placeOf(dirname(resolve(path)));
  return {
    ...definitionOf(path, { encoder, encoderBias, decoder, decoderBias, threshold }),
    format: "gemma-scope",
    ...(place === undefined ? {} : { hookName: `${place} (its folder)`, hook: foreignHook(place) }),
  };
}

/** What it reads, by its folder and release. @throws UserError for transcoders */
function placeOf(directory: string): string | undefined {
  const release = /gemma-scope-[\w.]+-(?:pt|it)-(transcoders|mlp|att)\b/.exec(directory)?.[1];
  if (release === "transcoders")
    throw new UserError(`${directory} is of a release of transcoders; Lacuna reads autoencoders.`);
  const layer = /layer_(\d{1,4})(?=[/\\]|$)/.exec(directory)?.[1];
  if (layer === undefined) return undefined;
  return `blocks.${layer}.${release === "mlp" ? "hook_mlp_out" : release === "att" ? "attn.hook_z" : "hook_resid_post"}`;
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
    requireKnown(path, weights.names, ["w_enc", "b_enc", "w_dec", "b_dec", "threshold"], "Gemma Scope");
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
