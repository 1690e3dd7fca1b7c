/**
 * @file Scores of one tokenization carried to another: each token gets the highest score it overlaps.
 *
 * The companion of `carryLabels` (src/tokens/alignment.ts), on the same byte offsets and with the same rule.
 */

/**
 * @param scores - shape [from]
 * @param fromEnds - byte offset at which each scored token ends, ascending, shape [from]
 * @param toEnds - the same for the other tokenization of the same bytes, shape [to]
 * @returns shape [to]; a token of no bytes has score 0
 */
export function carryScores(scores: Uint8Array, fromEnds: Uint32Array, toEnds: Uint32Array): Uint8Array {
  if (scores.length !== fromEnds.length) throw new Error(`${scores.length} scores for ${fromEnds.length} tokens`);
  const carried = new Uint8Array(toEnds.length);
  const fromStart = (at: number) => (at === 0 ? 0 : fromEnds[at - 1]);
  let from = 0;
  for (let to = 0, start = 0; to < toEnds.length; start = toEnds[to++]) {
    const end = toEnds[to];
    while (from < fromEnds.length && fromEnds[from] <= start) from++;
    for (let at = from; at < fromEnds.length && fromStart(at) < end; at++) {
      const overlaps = Math.min(end, fromEnds[at]) > Math.max(start, fromStart(at));
      if (overlaps && scores[at] > carried[to]) carried[to] = scores[at];
    }
  }
  return carried;
}
