/**
 * @file A cut of a corpus that keeps its mix.
 *
 * Each file gives the same share of its bytes, taken from its documents in seeded random order. A document that would
 * overrun its file's part is passed over, so a cut never exceeds its cap.
 */
import { random } from "../base/random.js";

/**
 * Chooses documents.
 *
 * @param sizes - bytes of each document, per file
 * @param maxBytes - cap over all files
 * @returns per file, the indices of the kept documents, ascending; all of them when everything fits
 */
export function sampleProportionately(
  sizes: readonly (readonly number[])[],
  maxBytes: number,
  seed: number,
): number[][] {
  const sum = (list: readonly number[]) => list.reduce((total, size) => total + size, 0);
  const share = maxBytes / sum(sizes.map(sum));
  return sizes.map((file, index) => {
    if (share >= 1) return file.map((_, document) => document);
    let left = share * sum(file);
    const kept: number[] = [];
    for (const document of random(seed, `corpus:sample:${index}`).permutation(file.length)) {
      if (file[document] > left) continue;
      left -= file[document];
      kept.push(document);
    }
    return kept.sort((a, b) => a - b);
  });
}
