/** @file Cholesky factorisation of a small symmetric positive definite matrix, double precision, row-major. */

/** Factors `matrix` [n, n] in place into its lower triangle L, matrix = L L'. Pivots are kept above a tiny floor. */
export function factor(matrix: Float64Array, n: number): void {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]);
  const floor = largest * 1e-12 + Number.MIN_VALUE;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, floor)) : sum / matrix[j * n + j];
    }
  }
}

/** Solves L L' x = vector in place, given the factor. */
export function solve(lower: Float64Array, n: number, vector: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = vector[i];
    for (let k = 0; k < i; k++) sum -= lower[i * n + k] * vector[k];
    vector[i] = sum / lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = vector[i] / lower[i * n + i];
    vector[i] = value;
    for (let k = 0; k < i; k++) vector[k] -= lower[i * n + k] * value;
  }
}
