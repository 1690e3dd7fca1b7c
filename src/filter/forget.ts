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
  // This runs over whole corpora. A callback per score is several times slower, and a branch twice: below - score is
  // negative, its sign bit 1, just where score >= cut.
  const below = cut - 1;
  for (let i = 0; i < scores.length; i++) forget[i] = (below - scores[i]) >>> 31;
  return forget;
}

/** How many of the scores in [start, end) are forget; the same decision, without an array of it. */
export function countForget(scores: Uint8Array, threshold: number, start: number, end: number): number {
  const below = cutOf(threshold) - 1;
  let count = 0;
  for (let i = start; i < end; i++) count += (below - scores[i]) >>> 31;
  return count;
}

/** Whether one stored score is forget. */
export function reaches(score: number, threshold: number): boolean {
  return score >= cutOf(threshold);
}
