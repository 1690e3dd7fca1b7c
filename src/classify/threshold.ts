/**
 * @file Thresholds from histograms of stored scores: by filtered share, target recall, or best F1.
 *
 * Stored scores are round(255 p), so a histogram of 256 bins holds all there is to know; a corpus is never needed.
 * Every rule returns k/255 for a stored score k. Ties go to the higher threshold, which filters less.
 * Choose on validation data at natural prevalence (design: "Exact semantics").
 */

/** Probabilities as stored: round(255 p). */
export function quantise(probabilities: Float64Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(probabilities, (p) => Math.round(255 * p));
}

/** Weight per stored score 0..255: rows are counted once, or by `weights` (e.g. the tokens of each document). */
export function histogramOf(scores: Uint8Array, weights?: ArrayLike<number>): Float64Array {
  const histogram = new Float64Array(256);
  for (let i = 0; i < scores.length; i++) histogram[scores[i]] += weights ? weights[i] : 1;
  return histogram;
}

/** Share of the weight at or above each stored score. */
function tailShares(histogram: Float64Array): Float64Array {
  const tail = Float64Array.from(histogram);
  for (let k = 254; k >= 0; k--) tail[k] += tail[k + 1];
  const total = tail[0];
  return tail.map((weight) => (total === 0 ? 0 : weight / total));
}

/** The threshold whose filtered share is nearest to `share`, in [0, 1]; read the share really reached off `share`. */
export function thresholdForShare(histogram: Float64Array, share: number): { threshold: number; share: number } {
  const tail = tailShares(histogram);
  let best = 255;
  for (let k = 254; k >= 0; k--) if (Math.abs(tail[k] - share) < Math.abs(tail[best] - share)) best = k;
  return { threshold: best / 255, share: tail[best] };
}

/** The highest threshold that still catches at least `recall` of the forget weight. */
export function thresholdForRecall(forget: Float64Array, recall: number): { threshold: number; recall: number } {
  const tail = tailShares(forget);
  let best = 255;
  while (best > 0 && tail[best] < recall) best--;
  return { threshold: best / 255, recall: tail[best] };
}

/** The threshold with the best F1, given histograms of forget and retain rows. */
export function thresholdForF1(forget: Float64Array, retain: Float64Array): { threshold: number; f1: number } {
  const positives = forget.reduce((sum, weight) => sum + weight, 0);
  let best = { threshold: 1, f1: 0 };
  let hits = 0;
  let flagged = 0;
  for (let k = 255; k >= 0; k--) {
    hits += forget[k];
    flagged += forget[k] + retain[k];
    const f1 = hits === 0 ? 0 : (2 * hits) / (flagged + positives);
    if (f1 > best.f1) best = { threshold: k / 255, f1 };
  }
  return best;
}
