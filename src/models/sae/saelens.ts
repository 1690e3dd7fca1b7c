/**
 * @file SAELens directories: cfg.json and sae_weights.safetensors, of version 6 and of those before it.
 *
 * Architectures standard (ReLU), jumprelu and topk. What would change the numbers and is not known here is an error,
 * never ignored: other architectures, scaling factors that were not folded in, activations scaled by an average norm
 * that the files do not hold.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { foreignHook } from "../hooks.js";
import { openSafetensors, type WeightStore } from "../weights.js";
import { definitionOf } from "./shapes.js";
import type { SaeDefinition } from "./types.js";

const Text = z.string().nullish();
const Config = z.looseObject({
  d_in: z.int().positive(),
  d_sae: z.int().positive(),
  architecture: Text,
  /** Before version 6. */
  activation_fn: Text,
  activation_fn_str: Text,
  activation_fn_kwargs: z.looseObject({ k: z.int().positive().optional() }).nullish(),
  k: z.int().positive().nullish(),
  apply_b_dec_to_input: z.boolean().default(true),
  normalize_activations: z.union([z.string(), z.boolean()]).nullish(),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
  hook_name: Text,
  hook_point: Text,
  model_name: Text,
  metadata: z.looseObject({ hook_name: Text, model_name: Text }).nullish(),
});
type Config = z.infer<typeof Config>;

/** Reads a folder. @throws UserError naming the file, the setting and what is known */
export function readSaeLens(directory: string): SaeDefinition {
  const settings = join(directory, "cfg.json");
  const config = readJson(settings, Config);
  const kind = architectureOf(config, settings);
  const weights = openSafetensors([join(directory, "sae_weights.safetensors")]);
  try {
    const path = join(directory, "sae_weights.safetensors");
    requireUnscaled(weights, path);
    const { d_in: width, d_sae: latents } = config;
    const read = (name: string, ...shape: number[]) => ({ data: weights.read(name, shape), shape });
    const arrays = {
      encoder: read("W_enc", width, latents),
      encoderBias: read("b_enc", latents),
      decoder: read("W_dec", latents, width),
      decoderBias: read("b_dec", width),
      ...(kind === "jumprelu" ? { threshold: read("threshold", latents) } : {}),
    };
    const hookName = config.metadata?.hook_name ?? config.hook_name ?? config.hook_point ?? undefined;
    return {
      ...definitionOf(path, arrays),
      ...(kind === "topk" ? { activation: { kind: "topk", k: kOf(config, settings) } as const } : {}),
      format: "saelens",
      subtractsDecoderBias: config.apply_b_dec_to_input,
      rescalesByDecoderNorm: kind === "topk" && config.rescale_acts_by_decoder_norm,
      normalisation: normalisationOf(config, settings),
      hookName,
      hook: hookName === undefined ? undefined : foreignHook(hookName),
      model: config.metadata?.model_name ?? config.model_name ?? undefined,
    };
  } finally {
    weights.close();
  }
}

function architectureOf(config: Config, settings: string): "standard" | "jumprelu" | "topk" {
  const activation = config.activation_fn ?? config.activation_fn_str ?? "relu";
  const named = config.architecture ?? "standard";
  const kind = named === "standard" && activation === "topk" ? "topk" : named;
  if (kind !== "standard" && kind !== "jumprelu" && kind !== "topk")
    throw new UserError(
      `${settings} is of architecture "${kind}"; Lacuna reads standard, jumprelu and topk` +
        `${kind.includes("batchtopk") ? " (SAELens saves batch top-k as jumprelu: save_inference_model)" : ""}.`,
    );
  if (kind === "standard" && activation !== "relu")
    throw new UserError(`${settings} has activations "${activation}"; Lacuna knows relu and topk.`);
  return kind;
}

function kOf({ k, activation_fn_kwargs: more, d_sae: latents }: Config, settings: string): number {
  const found = k ?? more?.k;
  if (!found || found > latents)
    throw new UserError(`${settings} does not say how many of ${latents} latents topk keeps.`);
  return found;
}

function normalisationOf({ normalize_activations: given }: Config, settings: string): SaeDefinition["normalisation"] {
  if (given === undefined || given === null || given === false || given === "none") return "none";
  if (given === "constant_norm_rescale" || given === "layer_norm") return given;
  throw new UserError(
    `${settings} has normalize_activations "${given}"; Lacuna knows none, constant_norm_rescale and layer_norm. ` +
      "An average norm is not in the files: fold it into the weights with SAELens (fold_activation_norm_scaling_factor).",
  );
}

/** Older files carry a factor per latent that finetuning may have moved from 1. */
function requireUnscaled(weights: WeightStore, path: string): void {
  if (!weights.has("scaling_factor")) return;
  const factors = weights.read("scaling_factor", weights.shape("scaling_factor"));
  if (factors.some((factor) => Math.abs(factor - 1) > 1e-5))
    throw new UserError(`${path} has a scaling_factor other than 1, which Lacuna does not apply. Fold it in first.`);
}
