/**
 * @file Our own saves (`npx lacuna sae`): sae.json and sae.safetensors, as a definition like any other.
 *
 * Both ways of training store a threshold per latent, so both are JumpReLU here; `layer` counts blocks before the state.
 */
import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../../base/files.js";
import { type Hook, hookName } from "../hooks.js";
import { openSafetensors } from "../weights.js";
import { definitionOf } from "./shapes.js";
import type { SaeDefinition } from "./types.js";

const Config = z.looseObject({
  width: z.int().positive(),
  latents: z.int().positive(),
  layer: z.int().nonnegative(),
});

/** Reads a folder. @throws UserError naming what does not fit */
export function readLacunaSae(directory: string): SaeDefinition {
  const { width, latents, layer } = readJson(join(directory, "sae.json"), Config);
  const path = join(directory, "sae.safetensors");
  const weights = openSafetensors([path]);
  try {
    const read = (name: string, ...shape: number[]) => ({ data: weights.read(name, shape), shape });
    const hook: Hook = layer === 0 ? { place: "resid_pre", layer } : { place: "resid_post", layer: layer - 1 };
    return {
      ...definitionOf(path, {
        encoder: read("w_enc", width, latents),
        encoderBias: read("b_enc", latents),
        decoder: read("w_dec", latents, width),
        decoderBias: read("b_dec", width),
        threshold: read("threshold", latents),
      }),
      format: "lacuna",
      subtractsDecoderBias: true,
      hook,
      hookName: hookName(hook),
    };
  } finally {
    weights.close();
  }
}
