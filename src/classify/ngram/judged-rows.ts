/** @file The sampled rows of a split with the logits that words give them. */
import type { Granularity } from "../fit.js";
import type { JudgedRows, JudgedSplit } from "../judge.js";
import type { LabelledDocuments } from "../labelled.js";
import { type SamplePlan, startsOf } from "../sample-plan.js";
import type { TextLogits } from "./logits.js";
import { unknownShare } from "./scorer.js";

/** @returns also the share of unknown words of every document with enough of them */
export function judgedRows(split: LabelledDocuments, plan: SamplePlan, logitsOf: (ids: Uint32Array) => TextLogits) {
  const starts = startsOf(split.documents);
  const token: JudgedRows = {
    ...{ logits: new Float64Array(plan.rows), places: new Uint32Array(plan.rows) },
    documents: new Uint32Array(plan.rows),
  };
  const means: { index: number; logit: number }[] = [];
  const unknownShares: number[] = [];
  let row = 0;
  for (const [k, index] of plan.documents.entries()) {
    const found = logitsOf(split.documents[index]);
    for (const position of plan.positions[k]) {
      token.logits[row] = found.tokenLogits[position];
      token.places[row] = starts[index] + position;
      token.documents[row++] = index;
    }
    if (found.meanLogit !== undefined) means.push({ index, logit: found.meanLogit });
    const share = unknownShare(found);
    if (share !== undefined) unknownShares.push(share);
  }
  const places = Uint32Array.from(means, ({ index }) => index);
  const document: JudgedRows = { logits: Float64Array.from(means, ({ logit }) => logit), places, documents: places };
  return { rows: { token, document } satisfies Record<Granularity, JudgedRows>, unknownShares };
}

/** The classifier's own labels of judged rows. */
export function labelsOfRows({ split, rows }: JudgedSplit, granularity: Granularity): Uint8Array {
  const labels = granularity === "token" ? split.tokenLabels : split.documentLabels;
  return Uint8Array.from(rows[granularity].places, (place) => labels[place]);
}
