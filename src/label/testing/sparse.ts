/** @file Synthetic activations, written dense, in the form latents are read. */
import type { SparseActivations } from "../../models/index.js";

/** Keeps what is above 0 of dense activations [tokens, latents]. */
export function sparse(activations: Float32Array, latents: number): SparseActivations {
  const tokens = activations.length / latents;
  const entries = [...activations.keys()].filter((index) => activations[index] > 0);
  const offsets = new Uint32Array(tokens + 1);
  for (const index of entries) offsets[Math.floor(index / latents) + 1]++;
  for (let token = 0; token < tokens; token++) offsets[token + 1] += offsets[token];
  return {
    offsets,
    latents: Uint32Array.from(entries, (index) => index % latents),
    values: Float32Array.from(entries, (index) => activations[index]),
  };
}
