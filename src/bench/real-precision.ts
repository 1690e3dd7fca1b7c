/** @file What int8 costs a real classifier: F1 and AUROC against the labels of its validation split. */
import { comparePrecisions, openClassifier, type PrecisionComparison, readLabelled } from "../classify/index.js";

export interface RealPrecision extends PrecisionComparison {
  classifier: string;
  split: "validation";
  documents: number;
}

/**
 * Scores validation documents with a finished classifier in float32 and in int8, at its own F1 threshold.
 *
 * @param labels - `npx lacuna label` output for `tokens`, whose documents are scored
 */
export async function comparePrecisionsOf(
  directory: string,
  { tokens, labels, threads = 1 }: { tokens: string; labels: string; threads?: number },
): Promise<RealPrecision> {
  const { documents, tokenLabels } = readLabelled(labels, tokens, "validation");
  const exact = await openClassifier(directory, { threads });
  const rounded = await openClassifier(directory, { threads, precision: "int8" });
  try {
    const { threshold } = exact.file.token.thresholds.f1;
    const compared = await comparePrecisions({ exact, rounded }, documents, threshold, tokenLabels);
    return { classifier: directory, split: "validation", documents: documents.length, ...compared };
  } finally {
    await exact.release();
    await rounded.release();
  }
}
