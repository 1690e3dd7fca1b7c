/** @file Contexts as a model is shown them. */
import type { LatentContext } from "../contexts.js";
import type { LatentEvidence } from "../judge.js";

/** Characters shown on either side of the active token, and of the token; a decoded token is short unless it is hostile. */
const MOST_CHARACTERS = 600;

/** Passages with the active piece named; strengths are tenths of the strongest shown. */
export function shownContexts(contexts: readonly LatentContext[]): unknown[] {
  const strongest = Math.max(...contexts.map(({ activation }) => activation));
  return contexts.map(({ before, token, after, activation }) => ({
    before: before.slice(-MOST_CHARACTERS),
    active: token.slice(0, MOST_CHARACTERS),
    after: after.slice(0, MOST_CHARACTERS),
    strength: strongest > 0 ? Math.round((10 * activation) / strongest) : 0,
  }));
}

/** A context's plain text, the active token in its place. */
export function plainContext({ before, token, after }: LatentContext): string {
  return before.slice(-MOST_CHARACTERS) + token.slice(0, MOST_CHARACTERS) + after.slice(0, MOST_CHARACTERS);
}

/**
 * Parts a latent's contexts: every other one, from the strongest on, explains it; the rest tests the explanation.
 * An explanation is never tested on what it was made from.
 */
export function partContexts({ contexts }: LatentEvidence): { explaining: LatentContext[]; testing: LatentContext[] } {
  return {
    explaining: contexts.filter((_, index) => index % 2 === 0),
    testing: contexts.filter((_, index) => index % 2 === 1),
  };
}
