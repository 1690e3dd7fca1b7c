/** @file Sentences of a text: Unicode's, by Intl.Segmenter, for every script. */

/** A "sentence" of more UTF-16 units (tables, code, hostile text) is cut into pieces of this length. */
const LONGEST_SENTENCE = 2000;

const SEGMENTER = new Intl.Segmenter("en", { granularity: "sentence" });

/** Cuts a text into sentences that cover it whole; white space goes with the sentence before. In UTF-16 units. */
export function sentencesOf(text: string): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { index, segment } of SEGMENTER.segment(text)) {
    for (let start = 0; start < segment.length; ) {
      let end = Math.min(segment.length, start + LONGEST_SENTENCE);
      // Never between the halves of a character.
      if (end < segment.length && /[\udc00-\udfff]/.test(segment[end])) end--;
      pieces.push({ start: index + start, end: index + end });
      start = end;
    }
  }
  return pieces;
}
