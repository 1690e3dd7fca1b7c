/**
 * @file Scores for controls: a track in the wrong places, and what a perfect filter would score.
 *
 * A track is a classifier's scores of one split. Rotated, it filters spans of the same lengths at the same share, but not
 * what the classifier found; so what filtering costs anyway can be told from what it removes. Ranked by the truth, it
 * says what filtering could do at most.
 */
import type { Random } from "../base/random.js";

/** Lowest score of a forget token under `truthFirst`; all others lie below. */
export const FORGET_FROM = 128;

/**
 * The track moved around the split's ordinary tokens by between a third and two thirds of them, end to beginning.
 *
 * @param scores - 0..255, shape [tokens]
 * @param isOrdinary - 1 where a token is text, shape [tokens]; special tokens score 0 and are passed over
 * @returns scores, shape [tokens]: the same multiset over ordinary tokens. A span that comes to lie over the end of a
 *   document goes on in the next.
 */
export function rotateScores(scores: Uint8Array, isOrdinary: Uint8Array, draw: Random): Uint8Array<ArrayBuffer> {
  const places = Uint32Array.from([...isOrdinary.keys()].filter((place) => isOrdinary[place] === 1));
  const rotated = new Uint8Array(scores.length);
  if (places.length === 0) return rotated;
  const third = Math.floor(places.length / 3);
  const offset = third + draw.integer(third + 1);
  for (const [index, place] of places.entries()) rotated[places[(index + offset) % places.length]] = scores[place];
  return rotated;
}

/**
 * Forget tokens above all others: every run of them has one drawn score in 128..255, so a share below theirs filters
 * whole runs. All others have half their score in `filler`, so a share above is filled up with its spans.
 *
 * @param isForget - 1 where the truth is forget, shape [tokens]
 * @param filler - a rotated track, shape [tokens]
 * @param docOffsets - a run ends with its document, shape [documents + 1]
 */
export function truthFirst(
  isForget: Uint8Array,
  filler: Uint8Array,
  docOffsets: ArrayLike<number>,
  draw: Random,
): Uint8Array<ArrayBuffer> {
  const scores = Uint8Array.from(filler, (score) => score >> 1);
  for (let document = 0; document + 1 < docOffsets.length; document++) {
    let run = 0;
    for (let place = docOffsets[document]; place < docOffsets[document + 1]; place++) {
      if (isForget[place] === 0) run = 0;
      else scores[place] = run ||= FORGET_FROM + draw.integer(256 - FORGET_FROM);
    }
  }
  return scores;
}

/** round(255 x the share of forget tokens among ordinary ones) of each document, shape [documents]. */
export function forgetShares(
  isForget: Uint8Array,
  isOrdinary: Uint8Array,
  docOffsets: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const sum = (flags: Uint8Array) => flags.reduce((total, flag) => total + flag, 0);
  return Uint8Array.from({ length: docOffsets.length - 1 }, (_, document) => {
    const [start, end] = [docOffsets[document], docOffsets[document + 1]];
    const ordinary = sum(isOrdinary.subarray(start, end));
    return ordinary === 0 ? 0 : Math.round((255 * sum(isForget.subarray(start, end))) / ordinary);
  });
}

/** The same scores dealt to other documents. */
export function permuteScores(scores: Uint8Array, draw: Random): Uint8Array<ArrayBuffer> {
  const order = draw.permutation(scores.length);
  return Uint8Array.from(scores, (_, document) => scores[order[document]]);
}
