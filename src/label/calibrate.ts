/**
 * @file One pass over a reference set that learns all that is known of each latent: statistics and top contexts.
 *
 * The reference set is stated by the caller (the label stage: the documents of the train split that it labels).
 */
import { random } from "../base/random.js";
import type { DocumentActivations } from "../models/index.js";
import { contextOf, Firings } from "./contexts.js";
import { type ReadableSet, specialMask } from "./documents.js";
import type { LatentEvidence } from "./judge.js";
import { SilentWindows } from "./silent.js";
import { LatentStatistics } from "./statistics.js";

export interface ContextOptions {
  /** Contexts shown per latent: half its strongest, half drawn at random. */
  contexts: number;
  /** Tokens of context on either side. */
  reach: number;
  /** Seed of the random half. */
  seed: number;
}

export interface Calibration {
  statistics: LatentStatistics;
  /** In the order of the latents. */
  evidence: LatentEvidence[];
  /** Where latents do not fire. */
  silent: SilentWindows;
}

/**
 * Calibrates all latents of an SAE.
 *
 * @param activations - of the set's documents, in order
 */
export async function calibrate(
  activations: AsyncIterable<DocumentActivations>,
  latents: number,
  set: ReadableSet,
  { contexts, reach, seed }: ContextOptions,
): Promise<Calibration> {
  const masks = set.documents.map((tokens) => specialMask(tokens, set.specials));
  const statistics = new LatentStatistics(latents);
  const firings = new Firings(latents, contexts, seed);
  const silent = new SilentWindows(set, { reach, seed });
  for await (const { document, active } of activations) {
    statistics.add(active, masks[document]);
    firings.add(document, active, masks[document]);
    silent.add(document, active);
  }
  const [sd, frequency] = [statistics.standardDeviation(), statistics.frequency()];
  const evidence = Array.from({ length: latents }, (_, latent) => ({
    latent,
    mean: statistics.mean[latent],
    sd: sd[latent],
    frequency: frequency[latent],
    contexts: firings.evidence(latent).map((firing) => {
      const text = (from: number, to: number) => set.textOf(firing.document, from, to);
      return contextOf(firing, masks[firing.document], text, reach);
    }),
  }));
  return { statistics, evidence, silent };
}

/** Random windows looked at for the base rate. */
const WINDOWS = 4000;

/**
 * Share of random windows, as long as a context, in which `isMatch` finds something.
 * Positions are drawn as contexts are: a random document, then a random ordinary token of it.
 */
export function baseRate(
  { documents, specials, textOf }: ReadableSet,
  reach: number,
  isMatch: (text: string) => boolean,
  seed: number,
): number {
  const draw = random(seed, "label:base rate");
  let [windows, matches] = [0, 0];
  for (let attempt = 0; attempt < WINDOWS && documents.length > 0; attempt++) {
    const document = draw.integer(documents.length);
    const tokens = documents[document];
    if (tokens.length === 0) continue;
    const position = draw.integer(tokens.length);
    if (specials.has(tokens[position])) continue;
    const text = (from: number, to: number) => textOf(document, from, to);
    const firing = { document, position, activation: 1 };
    const { before, token, after } = contextOf(firing, specialMask(tokens, specials), text, reach);
    windows++;
    if (isMatch(before + token + after)) matches++;
  }
  return windows > 0 ? matches / windows : 0;
}
