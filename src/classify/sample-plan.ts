/**
 * @file Samples: which labelled documents and tokens a probe is fitted or judged on.
 *
 * Documents are drawn at random until enough tokens are read, both classes in proportion; all of them feed the document probe.
 * Of their ordinary tokens a uniform sample feeds the token probe. So both keep their natural prevalence. A whole corpus would be read
 * for little: with some tens of thousands of rows a linear probe on a few hundred features is settled.
 */
import { random } from "../base/random.js";
import { specialMask, UNKNOWN_LABEL } from "../label/index.js";

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
  const order = interleaved(all, split.documentLabels);
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

/**
 * Documents of both classes in proportion, so that any beginning has about the prevalence of the whole; the first two are of
 * either class, so that none is absent where both exist. Unknown ones are left out.
 */
function interleaved(all: Uint32Array, labels: Uint8Array): Uint32Array {
  const [retain, forget] = [0, 1].map((label) => all.filter((index) => labels[index] === label));
  const order = new Uint32Array(retain.length + forget.length);
  const prevalence = forget.length / Math.max(1, order.length);
  for (let taken = 0, forgets = 0; taken < order.length; taken++) {
    const wanted = Math.max(taken === 1 && forget.length > 0 ? 1 : 0, Math.round((taken + 1) * prevalence));
    const isForget = forgets < wanted && (taken > 0 || retain.length === 0);
    order[taken] = isForget ? forget[forgets++] : retain[taken - forgets];
  }
  return order;
}

/** First token of each document. */
export function startsOf(documents: readonly Uint32Array[]): number[] {
  let start = 0;
  return documents.map((document) => {
    start += document.length;
    return start - document.length;
  });
}
