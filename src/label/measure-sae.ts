/** @file How well a sparse autoencoder reconstructs, and how sparsely, on states it was not trained on. */

import { readRuns } from "./activations.js";
import type { Annotator } from "./annotator.js";
import { type DocumentSet, specialMask } from "./documents.js";
import type { SaeConfig, SaeRunner } from "./sae-files.js";

export interface SaeQuality {
  /** Share of variance explained: 1 - (squared error) / (squared distance from the mean). */
  r2: number;
  /** Mean number of active latents per token. */
  l0: number;
  /** Latents that were active on no token measured. */
  dead: number;
  tokens: number;
}

/** Measures on the ordinary tokens of a set of documents. */
export async function measureSae(
  annotator: Annotator,
  runner: SaeRunner,
  { width, latents, layer }: SaeConfig,
  { documents, specials }: DocumentSet,
): Promise<SaeQuality> {
  const sum = new Float64Array(width);
  const isAlive = new Uint8Array(latents);
  let [tokens, squares, error, active] = [0, 0, 0, 0];
  for await (const { documents: indices, states } of readRuns(annotator, layer, documents)) {
    const [rebuilt, activations] = [await runner.reconstruct(states), await runner.encode(states)];
    const isSpecial = indices.flatMap((document) => [...specialMask(documents[document], specials)]);
    for (let token = 0; token < isSpecial.length; token++) {
      if (isSpecial[token]) continue;
      tokens++;
      for (let index = token * width; index < (token + 1) * width; index++) {
        sum[index - token * width] += states[index];
        squares += states[index] ** 2;
        error += (states[index] - rebuilt[index]) ** 2;
      }
      for (let latent = 0; latent < latents; latent++) {
        if (activations[token * latents + latent] === 0) continue;
        active++;
        isAlive[latent] = 1;
      }
    }
  }
  if (tokens === 0) return { r2: 0, l0: 0, dead: latents, tokens };
  const variance = squares - sum.reduce((all, value) => all + value ** 2, 0) / tokens;
  const dead = isAlive.reduce((count, alive) => count + 1 - alive, 0);
  return { r2: 1 - error / variance, l0: active / tokens, dead, tokens };
}
