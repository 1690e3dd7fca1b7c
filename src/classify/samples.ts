/**
 * @file Samples: which labelled documents and tokens a probe is fitted or judged on, and their features.
 *
 * Documents are drawn at random until enough tokens are read; all of them feed the document probe. Of their ordinary
 * tokens a uniform sample feeds the token probe. So both keep their natural prevalence. A whole corpus would be read
 * for little: with some tens of thousands of rows a linear probe on a few hundred features is settled.
 */
import { random } from "../base/random.js";
import { specialMask, UNKNOWN_LABEL } from "../label/index.js";
import { type Backbone, copyFeatures, featureWidths, poolFeatures, readStates } from "./backbone.js";

/** The labelled part of one split: the first documents of its shard. */
export interface LabelledSplit {
  split: string;
  documents: readonly Uint32Array[];
  /** 1 = forget, 255 = unknown, one per token of `documents`, one after another. */
  tokenLabels: Uint8Array;
  /** 1 = forget, 255 = unknown, per document. */
  documentLabels: Uint8Array;
}

export interface SampleSize {
  /** Token rows kept at most. */
  tokens: number;
  /** Tokens read at most (the last document may go beyond). */
  readTokens: number;
  seed: number;
}

/** Chosen documents, ascending, and chosen tokens by document. */
export interface SamplePlan {
  /** Indices into the split's documents. */
  documents: Uint32Array;
  /** Rows of each chosen document: its ordinary tokens that are kept, ascending positions. */
  positions: Uint32Array[];
  /** Kept tokens in all. */
  rows: number;
}

/** Draws documents, then tokens, none of them of unknown label. Depends on the seed and the split only. */
export function planSample(split: LabelledSplit, specials: ReadonlySet<number>, size: SampleSize): SamplePlan {
  const all = random(size.seed, `documents of ${split.split}`).permutation(split.documents.length);
  const order = all.filter((index) => split.documentLabels[index] !== UNKNOWN_LABEL);
  let taken = 0;
  for (let read = 0; taken < order.length && read < size.readTokens; taken++)
    read += split.documents[order[taken]].length;
  const documents = order.slice(0, taken).sort();
  const starts = startsOf(split.documents);
  const masks = Array.from(documents, (index) =>
    specialMask(split.documents[index], specials).map((isSpecial, position) =>
      split.tokenLabels[starts[index] + position] === UNKNOWN_LABEL ? 1 : isSpecial,
    ),
  );
  let left = masks.reduce((sum, mask) => sum + mask.reduce((count, special) => count + 1 - special, 0), 0);
  let wanted = Math.min(size.tokens, left);
  const rows = wanted;
  const draw = random(size.seed, `tokens of ${split.split}`);
  // Selection sampling: each ordinary token is kept with probability (still wanted) / (still to come).
  const positions = masks.map((mask) => {
    const kept: number[] = [];
    for (let position = 0; position < mask.length; position++) {
      if (mask[position] === 1) continue;
      if (draw.uniform() * left-- >= wanted) continue;
      kept.push(position);
      wanted--;
    }
    return Uint32Array.from(kept);
  });
  return { documents, positions, rows };
}

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

/** First token of each document. */
function startsOf(documents: readonly Uint32Array[]): number[] {
  let start = 0;
  return documents.map((document) => {
    start += document.length;
    return start - document.length;
  });
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  for (const [row, values] of rows.entries()) all.set(values, row * width);
  return all;
}
