/** @file A sparse autoencoder, whatever file it came in. */
import type { Hook } from "../hooks.js";

/**
 * How pre-activations become activations. jumprelu: kept where above the latent's threshold and above 0. topk: the k
 * largest of a token, those above 0 among them.
 */
export type Activation = { kind: "relu" } | { kind: "jumprelu"; threshold: Float32Array } | { kind: "topk"; k: number };

/**
 * How states are scaled before and, the other way, after (names of SAELens). constant_norm_rescale: to norm sqrt(width);
 * layer_norm: to mean 0 and standard deviation 1 (with width - 1).
 */
export type Normalisation = "none" | "constant_norm_rescale" | "layer_norm";

/**
 *   pre = (norm(x) - [decoderBias]) encoder + encoderBias     f = activation(pre [* |decoder rows|])
 *   x^  = norm^-1(f [/ |decoder rows|] decoder + decoderBias)
 *
 * Brackets: where `subtractsDecoderBias`, where `rescalesByDecoderNorm`.
 */
export interface SaeDefinition {
  format: "gemma-scope" | "gemma-scope-2" | "saelens" | "lacuna";
  width: number;
  latents: number;
  /** [width, latents] */
  encoder: Float32Array;
  /** [latents] */
  encoderBias: Float32Array;
  /** [latents, width] */
  decoder: Float32Array;
  /** [width] */
  decoderBias: Float32Array;
  activation: Activation;
  subtractsDecoderBias: boolean;
  rescalesByDecoderNorm: boolean;
  normalisation: Normalisation;
  /** Where it says it reads, in its own words: "blocks.7.hook_resid_pre". */
  hookName?: string;
  /** The same as a hook of ours, where we have that place. */
  hook?: Hook;
  /** The model it says it was made for. */
  model?: string;
}
