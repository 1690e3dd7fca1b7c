/** @file The shapes of an autoencoder's arrays must fit each other, whoever wrote them. */
import { UserError } from "../../base/errors.js";
import type { SaeDefinition } from "./types.js";

export interface NamedArray {
  data: Float32Array;
  shape: readonly number[];
}

export interface NamedArrays {
  encoder: NamedArray;
  encoderBias: NamedArray;
  decoder: NamedArray;
  decoderBias: NamedArray;
  /** Makes it JumpReLU. */
  threshold?: NamedArray;
}

/** A definition with the commonest settings; formats change what differs. @throws UserError when shapes do not fit */
export function definitionOf(path: string, arrays: NamedArrays): Omit<SaeDefinition, "format"> {
  const [width, latents] = arrays.encoder.shape;
  if (arrays.encoder.shape.length !== 2 || !(width > 0 && latents > 0))
    throw new UserError(`${path}: the encoder has shape [${arrays.encoder.shape}], not [width, latents].`);
  const needed: Record<keyof NamedArrays, number[]> = {
    encoder: [width, latents],
    encoderBias: [latents],
    decoder: [latents, width],
    decoderBias: [width],
    threshold: [latents],
  };
  for (const [name, array] of Object.entries(arrays) as [keyof NamedArrays, NamedArray | undefined][])
    if (array && array.shape.join() !== needed[name].join())
      throw new UserError(
        `${path}: ${name} has shape [${array.shape}], an encoder of [${width},${latents}] needs [${needed[name]}].`,
      );
  return {
    width,
    latents,
    encoder: arrays.encoder.data,
    encoderBias: arrays.encoderBias.data,
    decoder: arrays.decoder.data,
    decoderBias: arrays.decoderBias.data,
    activation: arrays.threshold ? { kind: "jumprelu", threshold: arrays.threshold.data } : { kind: "relu" },
    subtractsDecoderBias: false,
    rescalesByDecoderNorm: false,
    normalisation: "none",
  };
}

/** What is not read might change the numbers: gates, skips, thresholds of another kind. @throws UserError naming it */
export function requireKnown(path: string, names: readonly string[], known: readonly string[], what: string): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const some = unknown.slice(0, 5).join(", ");
  throw new UserError(`${path} holds ${some}, which Lacuna does not know of ${what}; it reads ${known.join(", ")}.`);
}
