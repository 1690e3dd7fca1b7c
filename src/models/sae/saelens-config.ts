/**
 * @file What cfg.json of a SAELens directory says, of version 6 and of those before it.
 *
 * Architectures standard (ReLU), jumprelu and topk. What changes the numbers and is not applied here is an error, never
 * ignored. Settings of training alone (noise_scale, coefficients, warm-ups) change nothing.
 */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import type { SaeDefinition } from "./types.js";

const Text = z.string().nullish();
/** Where it reads: at the top before version 6, then in metadata, called meta at first. */
const Place = z.looseObject({
  hook_name: Text,
  hook_point: Text,
  hook_name_out: Text,
  hook_point_out: Text,
  out_hook_point: Text,
  hook_head_index: z.int().nullish(),
  hook_point_head_index: z.int().nullish(),
  model_name: Text,
  model_from_pretrained_kwargs: z.record(z.string(), z.unknown()).nullish(),
});

export const Config = Place.extend({
  d_in: z.int().positive(),
  d_sae: z.int().positive(),
  d_out: z.int().positive().nullish(),
  is_transcoder: z.boolean().nullish(),
  architecture: Text,
  /** Before version 6. */
  activation_fn: Text,
  activation_fn_str: Text,
  activation_fn_kwargs: z.looseObject({ k: z.int().positive().optional() }).nullish(),
  k: z.int().positive().nullish(),
  apply_b_dec_to_input: z.boolean().default(true),
  finetuning_scaling_factor: z.boolean().nullish(),
  normalize_activations: z.union([z.string(), z.boolean()]).nullish(),
  rescale_acts_by_decoder_norm: z.boolean().default(false),
  metadata: Place.nullish(),
  meta: Place.nullish(),
});
export type Config = z.infer<typeof Config>;

export type Architecture = "standard" | "jumprelu" | "topk";

/** Values of `activation_fn_kwargs` that are applied or change no number. */
const KNOWN_KWARGS = ["k", "use_sparse_activations"];

/** @throws UserError naming the file, the setting and what is known */
export function architectureOf(config: Config, settings: string): Architecture {
  requireAutoencoder(config, settings);
  const activation = config.activation_fn ?? config.activation_fn_str ?? "relu";
  const named = config.architecture ?? "standard";
  const kind = named === "standard" && activation === "topk" ? "topk" : named;
  if (kind !== "standard" && kind !== "jumprelu" && kind !== "topk")
    throw new UserError(
      `${settings} is of architecture "${kind}"; Lacuna reads standard, jumprelu and topk` +
        `${kind.includes("batchtopk") ? " (SAELens saves batch top-k as jumprelu: save_inference_model)" : ""}.`,
    );
  if (activation !== "relu" && !(kind === "topk" && activation === "topk"))
    throw new UserError(`${settings} has activations "${activation}" with ${kind}; Lacuna knows relu and topk.`);
  const unknown = Object.keys(config.activation_fn_kwargs ?? {}).find((name) => !KNOWN_KWARGS.includes(name));
  if (unknown !== undefined)
    throw new UserError(`${settings} has "${unknown}" in activation_fn_kwargs, which Lacuna does not apply.`);
  if (config.rescale_acts_by_decoder_norm && kind !== "topk")
    throw new UserError(`${settings} has rescale_acts_by_decoder_norm with ${kind}; Lacuna knows it of topk alone.`);
  return kind;
}

/** Where it reads, from whichever version. */
export function placeOf(config: Config): { hookName?: string; model?: string } {
  const places = placesOf(config);
  const first = (name: "hook_name" | "hook_point" | "model_name") =>
    places.map((place) => place[name]).find((value) => value !== undefined && value !== null) ?? undefined;
  return { hookName: first("hook_name") ?? first("hook_point"), model: first("model_name") };
}

function placesOf(config: Config) {
  return [config.metadata, config.meta, config].filter((place) => place !== undefined && place !== null);
}

/** It rebuilds the states that it reads, whole and as the model has them. */
function requireAutoencoder(config: Config, settings: string): void {
  const { hookName } = placeOf(config);
  for (const place of placesOf(config)) {
    const out = place.hook_name_out ?? place.hook_point_out ?? place.out_hook_point;
    if (out && out !== hookName)
      throw new UserError(`${settings} is a transcoder (from ${hookName} to ${out}); Lacuna reads autoencoders.`);
    const head = place.hook_head_index ?? place.hook_point_head_index;
    if (head !== undefined && head !== null)
      throw new UserError(`${settings} reads attention head ${head} alone (hook_head_index), which Lacuna does not.`);
    if (place.model_from_pretrained_kwargs?.center_writing_weights === true)
      throw new UserError(
        `${settings} was trained on states without their mean (center_writing_weights in model_from_pretrained_kwargs); ` +
          "Lacuna reads states as the model has them.",
      );
  }
  if (config.is_transcoder || (config.d_out && config.d_out !== config.d_in))
    throw new UserError(
      `${settings} is a transcoder (from ${config.d_in} to ${config.d_out ?? "other"} values); Lacuna reads autoencoders.`,
    );
}

/** @throws UserError where it is not said, or is more than there are */
export function kOf({ k, activation_fn_kwargs: more, d_sae: latents }: Config, settings: string): number {
  const found = k ?? more?.k;
  if (!found || found > latents)
    throw new UserError(`${settings} does not say how many of ${latents} latents topk keeps.`);
  return found;
}

/** @throws UserError naming what is known */
export function normalisationOf(
  { normalize_activations: given }: Config,
  settings: string,
): SaeDefinition["normalisation"] {
  if (given === undefined || given === null || given === false || given === "none") return "none";
  if (given === "constant_norm_rescale" || given === "layer_norm") return given;
  throw new UserError(
    `${settings} has normalize_activations "${given}"; Lacuna knows none, constant_norm_rescale and layer_norm. ` +
      "An average norm is not in the files: fold it into the weights with SAELens (fold_activation_norm_scaling_factor).",
  );
}
