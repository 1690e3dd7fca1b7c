/** @file Synthetic rows for the tests of this room: correlated features of different scales, a known direction. */
import { random } from "../../base/random.js";
import { type LabelledRows, sigmoid } from "../loss.js";

/** Synthetic rows with labels drawn from a logistic model; `offset` sets the prevalence. */
export function syntheticRows(rows: number, width: number, seed: number, offset = -1): LabelledRows {
  const draw = random(seed, "synthetic rows");
  const features = new Float32Array(rows * width);
  const labels = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const shared = draw.normal();
    let logit = offset;
    for (let j = 0; j < width; j++) {
      const value = shared + draw.normal();
      logit += value * (j % 2 === 0 ? 0.8 : -0.5);
      features[row * width + j] = value * 2 ** (j % 5) + (j % 3);
    }
    labels[row] = draw.uniform() < sigmoid(logit) ? 1 : 0;
  }
  return { features, width, labels };
}
