/** @file Synthetic rows and models for the tests of this room. */
import { random } from "../../base/random.js";
import { GptConfig, type StateReader } from "../../nn/index.js";
import type { Backbone } from "../backbone.js";
import { type LabelledRows, sigmoid } from "../loss.js";

/** Synthetic rows: correlated features of different scales, labels drawn from a logistic model; `offset` sets the prevalence. */
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

/** A synthetic biLM of width 2 per half: the left state of a token at layer k is (id, k), the right one (-id, -k). */
export function syntheticBiLm(layers: number): Backbone {
  const config = GptConfig.parse({ vocabulary: 100, width: 2, layers, heads: 1, context: 8 });
  const half = (direction: "forward" | "reverse"): StateReader => ({
    model: { config, direction, parameters: {} },
    async *read(documents, options = {}) {
      const sign = direction === "forward" ? 1 : -1;
      let document = 0;
      for (const ids of documents) {
        const states = (options.layers ?? [layers]).map((layer) =>
          Float32Array.from({ length: 2 * ids.length }, (_, i) => sign * (i % 2 === 0 ? ids[i >> 1] : layer)),
        );
        yield { document: document++, states };
      }
    },
    release: async () => {},
  });
  return { readers: [half("forward"), half("reverse")] };
}
