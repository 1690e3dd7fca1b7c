/**
 * @file Judging fitted logits on validation and test rows: against the labels, other labels of the same tokens, the truth.
 *
 * By now everything is decided. Reference labels and truth are read here and nowhere else, and nothing here flows back.
 */
import { grouped, UserError } from "../base/errors.js";
import { calibrated } from "./calibrate.js";
import type { ProbeFile } from "./classifier-file.js";
import { type Decided, type Granularity, hasBothClasses, measure } from "./fit.js";
import { type LabelledDocuments, readLabelled, readLabelledTruth, truthOfDocument, truthRuleOf } from "./labelled.js";
import type { Quality } from "./quality.js";
import type { TestRows } from "./test-rows.js";
import { quantise } from "./threshold.js";

/** What rows are compared with: 1 = forget, 0 = retain, 255 = unknown, per token and per document of a split. */
interface Standard {
  tokens: Uint8Array;
  documents: Uint8Array;
}

/** `quality` stands for the classifier's own labels, as in classifier.json. */
export type Standards = { quality: Standard; reference?: Standard; truth?: Standard };

/** Rows of a split with the logits they got. */
export interface JudgedRows {
  /** Before calibration, [rows]. */
  logits: Float64Array;
  /** Token rows: the token's place in the split. Document rows: as `documents`. */
  places: Uint32Array;
  /** Index in the split of each row's document. */
  documents: Uint32Array;
}

/** A split with everything it is judged by. */
export interface JudgedSplit {
  split: LabelledDocuments;
  rows: Record<Granularity, JudgedRows>;
  standards: Standards;
}

/** @throws UserError when the reference does not label the same documents */
export function standardsOf(
  split: LabelledDocuments,
  { labels, tokens, reference }: { labels: string; tokens: string; reference?: string },
): Standards {
  const rule = truthRuleOf(labels);
  const truth = rule && readLabelledTruth(tokens, split, rule);
  return {
    quality: { tokens: split.tokenLabels, documents: split.documentLabels },
    ...(reference === undefined ? {} : { reference: referenceOf(split, reference, tokens) }),
    ...(truth ? { truth: { tokens: truth, documents: documentTruth(truth, split, rule.documentShare) } } : {}),
  };
}

function referenceOf(split: LabelledDocuments, reference: string, tokens: string): Standard {
  const { documents, tokenLabels, documentLabels } = readLabelled(reference, tokens, split.split);
  if (documents.length < split.documents.length) {
    throw new UserError(
      `${reference} labels ${documents.length} ${split.split} documents, the labels to learn ${split.documents.length}. Label as many.`,
    );
  }
  return {
    tokens: tokenLabels.subarray(0, split.tokenLabels.length),
    documents: documentLabels.subarray(0, split.documents.length),
  };
}

function documentTruth(truth: Uint8Array, { documents }: LabelledDocuments, share: number): Uint8Array {
  let start = 0;
  return Uint8Array.from(documents, ({ length }) => {
    start += length;
    return truthOfDocument(truth.subarray(start - length, start), share);
  });
}

/** A standard's value of each row. */
function valuesAt(standard: Standard, granularity: Granularity, { places }: JudgedRows): Uint8Array {
  const values = granularity === "token" ? standard.tokens : standard.documents;
  return Uint8Array.from(places, (place) => values[place]);
}

/** The entry in classifier.json, without what the probe costs. `judged` are validation and test, in this order. */
export function probeFile(
  decided: Decided,
  granularity: Granularity,
  judged: readonly [JudgedSplit, JudgedSplit],
): ProbeFile {
  const { layer, strength, calibration, thresholds, trainRows, candidates } = decided;
  const qualities = (name: keyof Standards) => {
    const [validation, test] = judged.map(({ split, rows, standards }) => {
      const [standard, here] = [standards[name], rows[granularity]];
      if (!standard) return undefined;
      const sources = Array.from(here.documents, (index) => split.sources[index]);
      return measure(decided, here.logits, valuesAt(standard, granularity, here), sources);
    });
    return validation && test ? { validation, test } : undefined;
  };
  const [reference, truth] = [qualities("reference"), qualities("truth")];
  return {
    ...{ layer, strength, calibration, thresholds, candidates, trainRows, quality: qualities("quality")! },
    ...(reference && { reference }),
    ...(truth && { truth }),
  };
}

/** What cannot be said of test rows because they are of one class. */
export function testWarnings({ split, rows, standards }: JudgedSplit): string[] {
  return (["token", "document"] as const).flatMap((granularity) => {
    const labels = valuesAt(standards.quality, granularity, rows[granularity]);
    return hasBothClasses(labels) ? [] : [`${oneClass(labels, split.split, granularity)} Nothing ranks them.`];
  });
}

/** "Of 23 sampled validation documents 23 are forget." */
export function oneClass(labels: Uint8Array, split: string, granularity: Granularity): string {
  const forget = labels.reduce((sum, label) => sum + label, 0);
  return `Of ${grouped(labels.length)} sampled ${split} ${granularity}s ${grouped(forget)} are forget.`;
}

/** Every judged row of one split, to measure again and differently. */
export function rowsToKeep(
  { calibration }: Pick<Decided, "calibration">,
  granularity: Granularity,
  { rows, standards }: JudgedSplit,
): TestRows {
  const { logits, documents, places } = rows[granularity];
  const { quality, reference, truth } = standards;
  const valuesOf = (standard: Standard) => valuesAt(standard, granularity, rows[granularity]);
  return {
    ...{ logits, scores: quantise(calibrated(logits, calibration)), documents, places, labels: valuesOf(quality) },
    ...(reference && { reference: valuesOf(reference) }),
    ...(truth && { truth: valuesOf(truth) }),
  };
}

/** The figures worth a line in a table. */
export function summaryOf({ layer, strength, thresholds, quality, reference, truth }: ProbeFile) {
  const figures = ({ rows, prevalence, auroc, averagePrecision, atThreshold: { precision, recall, f1 } }: Quality) => {
    return { rows, prevalence, auroc, averagePrecision, precision, recall, f1 };
  };
  return {
    layer,
    strength,
    threshold: thresholds.f1.threshold,
    validation: figures(quality.validation),
    test: figures(quality.test),
    ...(reference ? { testAgainstReference: figures(reference.test) } : {}),
    ...(truth ? { testAgainstTruth: figures(truth.test) } : {}),
  };
}
