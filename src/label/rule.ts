/**
 * @file The labelling rule (paper 3.1): seeds where several kept latents fire hard, grown while any still fires.
 *
 * A token is a seed if at least `minStrong` kept latents are at or above mean + sd x SD of their own activations. It
 * grows over neighbours on which at least `minWeak` kept latents are active at all. Special tokens are never labelled
 * and stop growth, so labels never leak from one document into the next. Two scans, O(tokens), whatever the runs are.
 */
import { z } from "zod";
import type { SparseActivations } from "../models/index.js";

export const Rule = z.object({
  sd: z.number().min(0).default(4).describe("a latent is strong at this many standard deviations above its mean"),
  minStrong: z.int().min(1).default(2).describe("strong kept latents that make a token a seed"),
  minWeak: z.int().min(1).default(1).describe("active kept latents over which a seed grows"),
  grow: z.boolean().default(true).describe("grow seeds over active neighbours"),
});
export type Rule = z.infer<typeof Rule>;

/** How many kept latents are strong, and how many active, on each token. */
export interface ActiveCounts {
  strong: Uint16Array;
  weak: Uint16Array;
}

/**
 * Counts strong and active latents per token.
 *
 * @param active - activations of the kept latents only
 * @param thresholds - activation from which each of them is strong. A latent at zero is never strong, even if its
 *   threshold is zero (one that never fired in the reference set).
 */
export function countActive({ offsets, latents, values }: SparseActivations, thresholds: Float64Array): ActiveCounts {
  const tokens = offsets.length - 1;
  const strong = new Uint16Array(tokens);
  const weak = new Uint16Array(tokens);
  for (let token = 0; token < tokens; token++) {
    weak[token] = offsets[token + 1] - offsets[token];
    for (let entry = offsets[token]; entry < offsets[token + 1]; entry++)
      if (values[entry] >= thresholds[latents[entry]]) strong[token]++;
  }
  return { strong, weak };
}

/**
 * Labels tokens by the rule.
 *
 * @param isSpecial - 1 on tokens that are never labelled (end-of-text and the like), shape [tokens]
 * @returns 1 where forget, shape [tokens]
 */
export function labelTokens(counts: ActiveCounts, isSpecial: Uint8Array, rule: Rule): Uint8Array {
  const { strong, weak } = counts;
  const labels = new Uint8Array(strong.length);
  for (let token = 0; token < labels.length; token++)
    labels[token] = !isSpecial[token] && strong[token] >= rule.minStrong ? 1 : 0;
  if (!rule.grow) return labels;
  const canGrow = (token: number) => !isSpecial[token] && weak[token] >= rule.minWeak;
  for (let token = 1; token < labels.length; token++) if (labels[token - 1] && canGrow(token)) labels[token] = 1;
  for (let token = labels.length - 2; token >= 0; token--) if (labels[token + 1] && canGrow(token)) labels[token] = 1;
  return labels;
}

/**
 * Whether a document as a whole is forget.
 *
 * @param documentShare - share of its ordinary tokens that must be labelled forget, in (0, 1]
 */
export function labelDocument(labels: Uint8Array, isSpecial: Uint8Array, documentShare: number): 0 | 1 {
  let ordinary = 0;
  let forget = 0;
  for (let token = 0; token < labels.length; token++) {
    if (isSpecial[token]) continue;
    ordinary++;
    forget += labels[token];
  }
  return ordinary > 0 && forget / ordinary >= documentShare ? 1 : 0;
}
