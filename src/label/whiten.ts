/**
 * @file Whitening: an affine change of coordinates after which states have mean 0 and covariance 1.
 *
 * The residual stream of a small model has few directions of large variance (how common the next word is, position)
 * and an SAE that minimises squared error spends its latents on them. In whitened coordinates every direction counts
 * alike, and one learning rate and one starting threshold fit every model and layer. Sums are in double precision.
 */

export interface Whitening {
  width: number;
  mean: Float64Array;
  /** Lower triangle L with covariance = L L^T, row by row [width, width]; state = mean + L whitened. */
  lower: Float64Array;
}

/** Share of the mean variance added to each variance, so that a direction without variance is not blown up. */
const RIDGE = 1e-3;

/** Finds the whitening of states [rows, width]. */
export function whiteningOf(states: Float32Array, width: number): Whitening {
  const rows = states.length / width;
  const mean = new Float64Array(width);
  states.forEach((value, index) => {
    mean[index % width] += value / rows;
  });
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < states.length; row += width)
    for (let i = 0; i < width; i++) {
      const deviation = (states[row + i] - mean[i]) / rows;
      for (let j = 0; j <= i; j++) covariance[i * width + j] += deviation * (states[row + j] - mean[j]);
    }
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i];
  for (let i = 0; i < width; i++) covariance[i * width + i] += (RIDGE * trace) / width + 1e-30;
  return { width, mean, lower: cholesky(covariance, width) };
}

/** The lower triangle L of a = L L^T, from the lower triangle of a positive definite matrix. */
function cholesky(a: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let rest = a[i * size + j];
      for (let k = 0; k < j; k++) rest -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j];
    }
  return lower;
}

/** Whitens states [rows, width] in place: solves L z = x - mean for each. */
export function whiten(
  states: Float32Array<ArrayBuffer>,
  { width, mean, lower }: Whitening,
): Float32Array<ArrayBuffer> {
  for (let row = 0; row < states.length; row += width)
    for (let i = 0; i < width; i++) {
      let rest = states[row + i] - mean[i];
      for (let k = 0; k < i; k++) rest -= lower[i * width + k] * states[row + k];
      states[row + i] = rest / lower[i * width + i];
    }
  return states;
}

/** L times a whitened direction: the same direction among raw states. */
export function toRaw(direction: ArrayLike<number>, { width, lower }: Whitening): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += lower[i * width + k] * direction[k];
    return sum;
  });
}

/** Solves L^T y = w: a reader of whitened states (z . w) as a reader of centred raw ones ((x - mean) . y). */
export function readerToRaw(reader: ArrayLike<number>, { width, lower }: Whitening): Float64Array {
  const result = Float64Array.from(reader);
  for (let i = width - 1; i >= 0; i--) {
    for (let k = i + 1; k < width; k++) result[i] -= lower[k * width + i] * result[k];
    result[i] /= lower[i * width + i];
  }
  return result;
}
