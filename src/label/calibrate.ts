/**
 * @file One pass over a reference set that learns all that is known of each latent: statistics and top contexts.
 *
 * The reference set is stated by the caller (the label stage: the documents of the train split that it labels).
 */
import type { Progress } from "../base/progress.js";
import { random } from "../base/random.js";
import { readActivations } from "./activations.js";
import type { Annotator } from "./annotator.js";
import { contextOf, Firings } from "./contexts.js";
import { type DocumentSet, specialMask } from "./documents.js";
import type { LatentEvidence } from "./judge.js";
import type { SaeConfig, SaeRunner } from "./sae-files.js";
import { SilentWindows } from "./silent.js";
import { LatentStatistics } from "./statistics.js";

export interface ContextOptions {
  /** Turns ids into text. */
  decode: (ids: Uint32Array) => string;
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

/** Calibrates all latents of an SAE. */
export async function calibrate(
  annotator: Annotator,
  runner: SaeRunner,
  config: SaeConfig,
  set: DocumentSet,
  { decode, contexts, reach, seed }: ContextOptions,
  progress: Progress,
): Promise<Calibration> {
  const { documents, specials } = set;
  const statistics = new LatentStatistics(config.latents);
  const firings = new Firings(config.latents, contexts, seed);
  const silent = new SilentWindows(set, { decode, reach, seed });
  for await (const { document, active } of readActivations(annotator, runner, config, documents)) {
    const isSpecial = specialMask(documents[document], specials);
    statistics.add(active, isSpecial);
    firings.add(document, active, isSpecial);
    silent.add(document, active);
    progress({ done: document + 1, total: documents.length, unit: "documents", detail: "reading latents" });
  }
  const [sd, frequency] = [statistics.standardDeviation(), statistics.frequency()];
  const evidence = Array.from({ length: config.latents }, (_, latent) => ({
    latent,
    mean: statistics.mean[latent],
    sd: sd[latent],
    frequency: frequency[latent],
    contexts: firings.evidence(latent).map((firing) => {
      const tokens = documents[firing.document];
      return contextOf(firing, tokens, specialMask(tokens, specials), decode, reach);
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
  { documents, specials }: DocumentSet,
  { decode, reach }: Pick<ContextOptions, "decode" | "reach">,
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
    const firing = { document, position, activation: 1 };
    const { before, token, after } = contextOf(firing, tokens, specialMask(tokens, specials), decode, reach);
    windows++;
    if (isMatch(before + token + after)) matches++;
  }
  return windows > 0 ? matches / windows : 0;
}
