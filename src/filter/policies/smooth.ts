/**
 * @file Smoothing of forget spans: gaps closed, spans dilated. Always within one document, in linear time.
 *
 * A classifier that marks "the", misses "renal" and marks "artery" again leaves holes that give the passage away; these
 * two fill them. Gaps are closed first, so that dilation cannot turn a wide gap into a narrow one.
 */

/** Fills runs of at most `longest` zeros that lie between two ones. In place. */
export function closeGaps(marks: Uint8Array, longest: number): void {
  if (longest === 0) return;
  let last = -1;
  for (let i = 0; i < marks.length; i++) {
    if (marks[i] === 0) continue;
    if (last >= 0 && i - last - 1 <= longest) marks.fill(1, last + 1, i);
    last = i;
  }
}

const ADDED = 2;

/** Marks the `width` elements before and after every run of ones, as far as there are any. In place. */
export function dilate(marks: Uint8Array, width: number): void {
  if (width === 0) return;
  for (let i = 0, left = 0; i < marks.length; i++) {
    if (marks[i] === 1) left = width;
    else if (left-- > 0) marks[i] = ADDED;
  }
  for (let i = marks.length - 1, left = 0; i >= 0; i--) {
    if (marks[i] === 1) left = width;
    else if (left-- > 0 || marks[i] === ADDED) marks[i] = 1;
  }
}
