/**
 * @file The one place where a score meets a threshold.
 *
 * Scores are probabilities stored as round(255 p). A threshold in [0, 1] becomes the smallest stored score that reaches
 * it, so that score >= threshold is forget for token and document scores alike (the reference uses > in one script and
 * >= in another).
 */

/** Smallest stored score that is forget, ceil(255 threshold); exactly k for k/255 (a test tries all). */
export function cutOf(threshold: number): number {
  if (!(threshold >= 0 && threshold <= 1)) throw new RangeError(`A threshold lies in [0, 1]; this one is ${threshold}`);
  return Math.ceil(threshold * 255);
}

/**
 * Marks forget tokens or documents.
 *
 * @param scores - probabilities quantised to 0..255, one per token or document
 * @param threshold - in [0, 1]; a score at or above it is forget
 * @returns 1 where forget, same length
 */
export function isForget(scores: Uint8Array, threshold: number): Uint8Array<ArrayBuffer> {
  const cut = cutOf(threshold);
  const forget = new Uint8Array(scores.length);
  // A plain loop: this runs over whole corpora, and a callback per score is several times slower.
  for (let i = 0; i < scores.length; i++) forget[i] = scores[i] >= cut ? 1 : 0;
  return forget;
}
