/** @file States of one model at sampled tokens, as rows for a probe. */
import { planSample, type Rows, type SampleSize } from "../../classify/index.js";
import type { StateReader } from "../../nn/index.js";
import type { SidedSplit } from "./labelled.js";

export interface TokenRows extends Rows {
  /** Per row, the index of its document in the split. */
  documents: Uint32Array;
}

/** Draws documents, then ordinary tokens of a known side, and reads their states at the layers wanted. */
export async function readTokenRows(
  reader: StateReader,
  split: SidedSplit,
  layers: readonly number[],
  specials: ReadonlySet<number>,
  size: SampleSize,
  onRead: (tokens: number) => void = () => {},
): Promise<TokenRows> {
  const { width } = reader.model.config;
  const plan = planSample(split, specials, size);
  const starts = new Float64Array(split.documents.length);
  for (let index = 1; index < starts.length; index++)
    starts[index] = starts[index - 1] + split.documents[index - 1].length;
  const features = layers.map((layer) => ({ layer, features: new Float32Array(plan.rows * width) }));
  const labels = new Uint8Array(plan.rows);
  const documents = new Uint32Array(plan.rows);
  const chosen = Array.from(plan.documents, (index) => split.documents[index]);
  let [row, read] = [0, 0];
  for await (const { document, states } of reader.read(chosen, { layers })) {
    const index = plan.documents[document];
    for (const position of plan.positions[document]) {
      for (const [k, layer] of states.entries())
        features[k].features.set(layer.subarray(position * width, (position + 1) * width), row * width);
      labels[row] = split.tokenLabels[starts[index] + position];
      documents[row++] = index;
    }
    onRead((read += chosen[document].length));
  }
  return { layers: features, width, labels, documents };
}
