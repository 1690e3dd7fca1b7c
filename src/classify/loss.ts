/**
 * @file The loss of a linear probe: logits, logloss and its gradient over many rows, at memory speed.
 *
 * Features stay float32 as they come from the models, every sum is double.
 */

/** Rows of features with a 0/1 label each. */
export interface LabelledRows {
  /** Row-major, shape [rows, width]. */
  features: Float32Array;
  width: number;
  /** 1 = forget, shape [rows]. */
  labels: Uint8Array;
}

/** logit = weights . features + bias. */
export interface LinearProbe {
  weights: Float64Array;
  bias: number;
}

/** Logits of rows, double precision. features: [rows, width] -> [rows]. */
export function logitsOf(features: Float32Array, probe: LinearProbe): Float64Array {
  const width = probe.weights.length;
  const logits = new Float64Array(features.length / width);
  for (let row = 0; row < logits.length; row++) {
    let sum = probe.bias;
    const at = row * width;
    for (let j = 0; j < width; j++) sum += features[at + j] * probe.weights[j];
    logits[row] = sum;
  }
  return logits;
}

/** 1 / (1 + exp(-z)) without overflow. */
export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}

/** log(1 + exp(z)) without overflow. */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/**
 * penalty/2 |w|^2 + mean logloss, and its gradient. Four rows at a time: one read of the weights and one update of the
 * gradient serve four rows, which makes a pass about three times as fast as row by row.
 */
export function meanLoss(rows: LabelledRows, penalty: number, x: Float64Array, gradient: Float64Array): number {
  const { features, width, labels } = rows;
  const count = labels.length;
  gradient.fill(0);
  let loss = 0;
  let biasGradient = 0;
  const residual = (row: number, logit: number) => {
    loss += labels[row] === 1 ? softplus(-logit) : softplus(logit);
    const difference = (sigmoid(logit) - labels[row]) / count;
    biasGradient += difference;
    return difference;
  };
  const bias = x[width];
  const whole = count - (count % 4);
  for (let row = 0; row < whole; row += 4) {
    const a = row * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    let za = bias;
    let zb = bias;
    let zc = bias;
    let zd = bias;
    for (let j = 0; j < width; j++) {
      const w = x[j];
      za += w * features[a + j];
      zb += w * features[b + j];
      zc += w * features[c + j];
      zd += w * features[d + j];
    }
    const ra = residual(row, za);
    const rb = residual(row + 1, zb);
    const rc = residual(row + 2, zc);
    const rd = residual(row + 3, zd);
    for (let j = 0; j < width; j++) {
      gradient[j] += ra * features[a + j] + rb * features[b + j] + rc * features[c + j] + rd * features[d + j];
    }
  }
  for (let row = whole; row < count; row++) {
    let z = bias;
    for (let j = 0; j < width; j++) z += x[j] * features[row * width + j];
    const r = residual(row, z);
    for (let j = 0; j < width; j++) gradient[j] += r * features[row * width + j];
  }
  gradient[width] = biasGradient;
  let squares = 0;
  for (let j = 0; j < width; j++) {
    squares += x[j] * x[j];
    gradient[j] += penalty * x[j];
  }
  return loss / count + (penalty / 2) * squares;
}
