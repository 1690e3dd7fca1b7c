/**
 * @file How good a probe is on one set of rows: ranking, decisions at the chosen threshold, calibration, sources.
 *
 * AUROC, average precision and the PR curve rank by logit (full precision); decisions and thresholds use the scores as
 * they are stored, round(255 p), because those are what a policy sees. Natural figures count rows as they come;
 * balanced ones weigh both classes alike, as the paper's do, and are there for comparison only.
 */
import { z } from "zod";
import { type Calibration, calibrated, reliability } from "./calibrate.js";
import {
  auroc,
  averagePrecision,
  balance,
  bestF1,
  decision,
  precisionRecallPoints,
  type RankCurve,
  rankCurve,
} from "./rank.js";
import { quantise } from "./threshold.js";

const share = z.number().min(0).max(1);
const DecisionFile = z.object({ threshold: share, precision: share, recall: share, f1: share, flaggedShare: share });

/** Quality on one set of rows. `null`s are figures that need both classes. */
export const Quality = z.object({
  rows: z.int(),
  prevalence: share.describe("share of rows that are forget"),
  auroc: share.nullable(),
  averagePrecision: share.nullable(),
  atThreshold: DecisionFile.describe("at the classifier's own F1 threshold"),
  bestF1: share.describe("the best F1 any threshold would reach on these rows: how much the chosen one gives away"),
  balanced: z.object({ averagePrecision: share.nullable(), atThreshold: DecisionFile, bestF1: share }),
  precisionRecall: z.array(z.object({ recall: share, precision: share })),
  calibration: z.object({
    expectedCalibrationError: share,
    bins: z.array(z.object({ from: share, to: share, count: z.int(), predicted: share, observed: share })),
  }),
  sources: z
    .record(
      z.string(),
      z.object({ rows: z.int(), prevalence: share, auroc: share.nullable(), atThreshold: DecisionFile }),
    )
    .describe("the same by source of the document"),
});
export type Quality = z.infer<typeof Quality>;

export interface Judged {
  /** Per row. */
  logits: Float64Array;
  labels: Uint8Array;
  /** Per row, the source of its document. */
  sources: readonly string[];
}

/** Measures a probe with its calibration and threshold on rows. */
export function qualityOf({ logits, labels, sources }: Judged, calibration: Calibration, threshold: number): Quality {
  const probabilities = calibrated(logits, calibration);
  const stored = quantise(probabilities);
  const ranked = rankCurve(logits, labels);
  const decided = rankCurve(stored, labels);
  const even = balance(decided);
  const at = (curve: RankCurve) => ({ ...decision(curve, Math.round(threshold * 255)), threshold });
  const bySource = [...new Set(sources)].sort().map((source) => {
    const rows = Uint32Array.from(sources.keys()).filter((row) => sources[row] === source);
    const here = Uint8Array.from(rows, (row) => labels[row]);
    const curve = rankCurve(
      Float64Array.from(rows, (row) => logits[row]),
      here,
    );
    const cut = rankCurve(
      Uint8Array.from(rows, (row) => stored[row]),
      here,
    );
    return [source, { ...sizeOf(curve), auroc: defined(curve, auroc), atThreshold: at(cut) }] as const;
  });
  return {
    ...sizeOf(ranked),
    auroc: defined(ranked, auroc),
    averagePrecision: defined(ranked, averagePrecision),
    atThreshold: at(decided),
    bestF1: bestF1(decided).f1,
    balanced: {
      averagePrecision: defined(balance(ranked), averagePrecision),
      atThreshold: at(even),
      bestF1: bestF1(even).f1,
    },
    precisionRecall: precisionRecallPoints(ranked),
    calibration: reliability(probabilities, labels),
    sources: Object.fromEntries(bySource),
  };
}

function sizeOf({ positives, negatives }: RankCurve) {
  return { rows: positives + negatives, prevalence: positives / Math.max(1, positives + negatives) };
}

/** A figure of both classes, or null where one is absent. */
function defined(curve: RankCurve, figure: (curve: RankCurve) => number): number | null {
  return curve.positives > 0 && curve.negatives > 0 ? figure(curve) : null;
}
