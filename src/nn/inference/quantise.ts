/**
 * @file Rounding weight matrices to integers whose products are exact on every processor.
 *
 * The native runtime multiplies unsigned 8-bit activations by signed 8-bit weights. On x86 processors without VNNI it
 * adds the products in pairs, in 16 bits that saturate: 255 * 127 + 255 * 127 does not fit, and the result is wrong without
 * a word. Weights of at most 64 cannot saturate any pair, so every processor computes the same integers.
 * The bit given up costs accuracy; decision 005 has the numbers, and those of unsigned weights, which are slower.
 */

/** The largest weight for which two products with 255 fit into 16 signed bits: 2 * 255 * 64 = 32,640 of 32,767. */
export const LARGEST_WEIGHT = 64;

/** Counts the ways int8 has rounded. The same model with another version gives other results. */
export const INT8_VERSION = 2;

/** Integers in [-LARGEST_WEIGHT, LARGEST_WEIGHT], [inner, columns], and the step of each column. */
export interface QuantisedMatrix {
  values: Int8Array;
  scales: Float32Array;
}

/** Every program of a model rounds the same matrices. */
const quantised = new WeakMap<Float32Array, QuantisedMatrix>();

/** Rounds a matrix [inner, columns], column by column; done once for each matrix. */
export function quantiseColumns(weights: Float32Array, columns: number): QuantisedMatrix {
  const known = quantised.get(weights);
  if (known) return known;
  const scales = new Float32Array(columns);
  const values = new Int8Array(weights.length);
  for (let column = 0; column < columns; column++) {
    let most = 0;
    for (let i = column; i < weights.length; i += columns) most = Math.max(most, Math.abs(weights[i]));
    // A column of zeros stays zero with any scale.
    const scale = most / LARGEST_WEIGHT || 1;
    scales[column] = scale;
    for (let i = column; i < weights.length; i += columns) values[i] = Math.round(weights[i] / scale);
  }
  quantised.set(weights, { values, scales });
  return { values, scales };
}
