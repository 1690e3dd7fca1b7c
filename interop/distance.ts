/** @file How far states are from an oracle's. */

export interface Distance {
  /** Largest absolute difference over the largest absolute value. */
  ofLargest: number;
  /** Largest over tokens of |difference| / |state|, so that one token of huge values cannot hide the others. */
  ofToken: number;
}

/** @param found - and expected: [tokens, width] */
export function stateDistance(found: ArrayLike<number>, expected: ArrayLike<number>, width: number): Distance {
  if (found.length !== expected.length) throw new Error(`${found.length} values against ${expected.length}`);
  let [difference, largest, ofToken] = [0, 0, 0];
  for (let start = 0; start < found.length; start += width) {
    let [error, norm] = [0, 0];
    for (let index = start; index < start + width; index++) {
      const gap = Math.abs(found[index] - expected[index]);
      difference = Math.max(difference, gap);
      largest = Math.max(largest, Math.abs(expected[index]));
      error += gap ** 2;
      norm += expected[index] ** 2;
    }
    ofToken = Math.max(ofToken, Math.sqrt(error / norm));
  }
  return { ofLargest: difference / largest, ofToken };
}
