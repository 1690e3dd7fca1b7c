/**
 * @file Judging a fitted probe on validation and test rows: against the labels, and beside them against the truth.
 *
 * By now everything is decided. The truth is read here and nowhere else, and nothing here flows back.
 */
import type { ProbeFile } from "./classifier-file.js";
import { type Fitted, type Granularity, measure, rowsOf } from "./fit.js";
import { type LabelledDocuments, readLabelledTruth, truthOfDocument, truthRuleOf } from "./labelled.js";
import type { Quality } from "./quality.js";
import type { Sample } from "./samples.js";

/** The entry in classifier.json. `judged` are the validation and the test sample, in this order. */
export function probeFile(
  fitted: Fitted,
  granularity: Granularity,
  judged: readonly { split: LabelledDocuments; sample: Sample }[],
  options: { labels: string; tokens: string },
): ProbeFile {
  const rule = truthRuleOf(options.labels);
  const isToken = granularity === "token";
  const measured = judged.map(({ split, sample }) => {
    const rows = rowsOf(sample, granularity);
    const documents = isToken ? sample.tokenDocuments : sample.documentPlaces;
    const sources = Array.from(documents, (index) => split.sources[index]);
    const truth = rule && readLabelledTruth(options.tokens, split, rule);
    const known =
      truth && (isToken ? tokenTruth(truth, sample) : documentTruth(truth, split, sample, rule.documentShare));
    return {
      labels: measure(fitted, rows, rows.labels, sources),
      truth: known && measure(fitted, rows, known, sources),
    };
  });
  const [validation, test] = measured;
  const { probe: _, ...decided } = fitted;
  return {
    ...decided,
    quality: { validation: validation.labels, test: test.labels },
    ...(validation.truth && test.truth ? { truth: { validation: validation.truth, test: test.truth } } : {}),
  };
}

function tokenTruth(truth: Uint8Array, sample: Sample): Uint8Array {
  return Uint8Array.from(sample.tokenPlaces, (place) => truth[place]);
}

function documentTruth(truth: Uint8Array, split: LabelledDocuments, sample: Sample, share: number): Uint8Array {
  let end = 0;
  const ends = split.documents.map((document) => (end += document.length));
  return Uint8Array.from(sample.documentPlaces, (index) =>
    truthOfDocument(truth.subarray(ends[index] - split.documents[index].length, ends[index]), share),
  );
}

/** The figures worth a line in a table. */
export function summaryOf({ layer, strength, thresholds, quality, truth }: ProbeFile) {
  const figures = ({ rows, prevalence, auroc, averagePrecision, atThreshold: { precision, recall, f1 } }: Quality) => {
    return { rows, prevalence, auroc, averagePrecision, precision, recall, f1 };
  };
  return {
    layer,
    strength,
    threshold: thresholds.f1.threshold,
    validation: figures(quality.validation),
    test: figures(quality.test),
    ...(truth ? { testAgainstTruth: figures(truth.test) } : {}),
  };
}
