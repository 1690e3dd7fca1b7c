/**
 * @file Judging a fitted probe on validation and test rows: against its labels, and beside them against other labels of the
 * same tokens and against the truth.
 *
 * By now everything is decided. Reference labels and truth are read here and nowhere else, and nothing here flows back.
 */
import { UserError } from "../base/errors.js";
import { calibrated } from "./calibrate.js";
import type { ProbeFile } from "./classifier-file.js";
import { type Fitted, type Granularity, logitsAt, measure, rowsOf } from "./fit.js";
import { type LabelledDocuments, readLabelled, readLabelledTruth, truthOfDocument, truthRuleOf } from "./labelled.js";
import type { Quality } from "./quality.js";
import type { Sample } from "./samples.js";
import type { TestRows } from "./test-rows.js";
import { quantise } from "./threshold.js";

/** What rows are compared with: 1 = forget, 0 = retain, 255 = unknown, per token and per document of a split. */
interface Standard {
  tokens: Uint8Array;
  documents: Uint8Array;
}

/** `quality` stands for the classifier's own labels, as in classifier.json. */
export type Standards = { quality: Standard; reference?: Standard; truth?: Standard };

/** A split with everything it is judged by. */
export interface JudgedSplit {
  split: LabelledDocuments;
  sample: Sample;
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

/** A standard's value of each row of a sample. */
function valuesAt({ tokens, documents }: Standard, granularity: Granularity, sample: Sample): Uint8Array {
  return granularity === "token"
    ? Uint8Array.from(sample.tokenPlaces, (place) => tokens[place])
    : Uint8Array.from(sample.documentPlaces, (index) => documents[index]);
}

const documentsOf = (granularity: Granularity, sample: Sample) =>
  granularity === "token" ? sample.tokenDocuments : sample.documentPlaces;

/** The entry in classifier.json, without what the probe costs. `judged` are validation and test, in this order. */
export function probeFile(
  fitted: Fitted,
  granularity: Granularity,
  judged: readonly [JudgedSplit, JudgedSplit],
): ProbeFile {
  const { probe: _, ...decided } = fitted;
  const qualities = (name: keyof Standards) => {
    const [validation, test] = judged.map(({ split, sample, standards }) => {
      const standard = standards[name];
      if (!standard) return undefined;
      const sources = Array.from(documentsOf(granularity, sample), (index) => split.sources[index]);
      return measure(fitted, rowsOf(sample, granularity), valuesAt(standard, granularity, sample), sources);
    });
    return validation && test ? { validation, test } : undefined;
  };
  const [reference, truth] = [qualities("reference"), qualities("truth")];
  return { ...decided, quality: qualities("quality")!, ...(reference && { reference }), ...(truth && { truth }) };
}

/** Every judged row of one split, to measure again and differently. */
export function rowsToKeep(fitted: Fitted, granularity: Granularity, { sample, standards }: JudgedSplit): TestRows {
  const logits = logitsAt(rowsOf(sample, granularity), fitted.layer, fitted.probe);
  const { quality, reference, truth } = standards;
  const valuesOf = (standard: Standard) => valuesAt(standard, granularity, sample);
  return {
    logits,
    scores: quantise(calibrated(logits, fitted.calibration)),
    documents: documentsOf(granularity, sample),
    places: granularity === "token" ? sample.tokenPlaces : sample.documentPlaces,
    labels: valuesOf(quality),
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
