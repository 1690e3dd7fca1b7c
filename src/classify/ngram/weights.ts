/** @file A fit's unknowns as a model's weights: the scaling folded in, rows in the model's order. */
import type { NgramFit } from "./fit.js";
import type { NgramWeights } from "./model.js";
import type { WordRows } from "./rows.js";
import type { Vocabulary } from "./vocabulary.js";

export function weightsOf(
  { unknowns }: NgramFit,
  { dictionary, rowOfColumn, scale }: WordRows,
  { words }: Vocabulary,
  buckets: number,
): NgramWeights {
  const wordWeights = new Float32Array(dictionary.length);
  const pieceWeights = new Float32Array(buckets);
  for (let column = 0; column < scale.length; column++) {
    const row = rowOfColumn[column];
    const weight = unknowns[column] * scale[column];
    if (row < dictionary.length) wordWeights[row] = weight;
    else pieceWeights[row - dictionary.length] = weight;
  }
  return {
    words: Array.from(dictionary, (number) => words[number]),
    wordWeights,
    pieceWeights,
    bias: unknowns[scale.length],
  };
}
