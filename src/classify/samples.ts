/** @file The features of sampled documents and tokens (`sample-plan.ts`), read from a backbone. */
import { specialMask } from "../label/index.js";
import { type Backbone, copyFeatures, featureWidths, poolFeatures, readStates } from "./backbone.js";
import { type LabelledSplit, type SamplePlan, startsOf } from "./sample-plan.js";

/** Features of a sample at one layer. */
export interface LayerFeatures {
  layer: number;
  /** Per kept token, shape [rows, width]. */
  tokens: Float32Array;
  /** Per chosen document with an ordinary token, shape [documents, width]. */
  documents: Float32Array;
}

export interface Sample {
  width: number;
  layers: LayerFeatures[];
  tokenLabels: Uint8Array;
  documentLabels: Uint8Array;
  /** Per token row, its token's place in the split and its document's index there. */
  tokenPlaces: Uint32Array;
  tokenDocuments: Uint32Array;
  /** Per document row, its index in the split. */
  documentPlaces: Uint32Array;
}

/** Reads a planned sample's features at every layer asked for. */
export async function readSample(
  backbone: Backbone,
  split: LabelledSplit,
  plan: SamplePlan,
  layers: readonly number[],
  specials: ReadonlySet<number>,
  onRead: (tokens: number) => void = () => {},
): Promise<Sample> {
  const widths = featureWidths(backbone);
  const width = widths.reduce((sum, part) => sum + part, 0);
  const features = layers.map((layer) => ({ layer, tokens: new Float32Array(plan.rows * width) }));
  const pooled: Float32Array[][] = layers.map(() => []);
  const starts = startsOf(split.documents);
  const tokenPlaces = new Uint32Array(plan.rows);
  const tokenDocuments = new Uint32Array(plan.rows);
  const documentPlaces: number[] = [];
  const chosen = Array.from(plan.documents, (index) => split.documents[index]);
  let row = 0;
  let read = 0;
  for await (const { document, states } of readStates(backbone, chosen, layers)) {
    const index = plan.documents[document];
    const atLayers = layers.map((_, k) => states.map((part) => part[k]));
    for (const position of plan.positions[document]) {
      for (const [k, here] of atLayers.entries()) copyFeatures(here, widths, position, features[k].tokens, row);
      tokenPlaces[row] = starts[index] + position;
      tokenDocuments[row++] = index;
    }
    const isSpecial = specialMask(chosen[document], specials);
    const means = atLayers.map((here) => poolFeatures(here, widths, isSpecial));
    if (means[0]) {
      documentPlaces.push(index);
      for (const [k, mean] of means.entries()) pooled[k].push(mean!);
    }
    onRead((read += chosen[document].length));
  }
  return {
    width,
    layers: features.map((layer, k) => ({ ...layer, documents: joined(pooled[k], width) })),
    tokenLabels: Uint8Array.from(tokenPlaces, (place) => split.tokenLabels[place]),
    documentLabels: Uint8Array.from(documentPlaces, (index) => split.documentLabels[index]),
    tokenPlaces,
    tokenDocuments,
    documentPlaces: Uint32Array.from(documentPlaces),
  };
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  for (const [row, values] of rows.entries()) all.set(values, row * width);
  return all;
}
