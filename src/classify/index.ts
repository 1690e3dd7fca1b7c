/** @file The classify room: biLM features, probes, their calibration, thresholds and quality, and scoring with them. */
export {
  type Backbone,
  type BackbonePaths,
  featureWidths,
  openBackbone,
  PARTS,
  poolFeatures,
  readStates,
  releaseBackbone,
} from "./backbone.js";
export { type Calibration, calibrated, fitPlatt, type ReliabilityBin, reliability } from "./calibrate.js";
export {
  ClassifierFile,
  type ClassifierProbes,
  ProbeFile,
  readClassifier,
  readClassifierFile,
  requireScorable,
  Thresholds,
  writeClassifier,
} from "./classifier-file.js";
export { type Fitted, fitProbe, type Granularity, logitsAt, measure, rowsOf, thresholdsFor } from "./fit.js";
export {
  type LabelledDocuments,
  readLabelled,
  readLabelledTruth,
  type TruthRule,
  truthOfDocument,
  truthRuleOf,
} from "./labelled.js";
export { COARSE, type Coarse, coarsen } from "./labels/coarsen.js";
export { compareLabels, type LabelComparison } from "./labels/compare.js";
export { LabelDeriveOptions, labelDeriveStage } from "./labels/derive-stage.js";
export { errorAfterFlips, flipLabels } from "./labels/noise.js";
export { type MinimiseOptions, type Minimum, minimise, type Objective } from "./lbfgs.js";
export { fitLogistic, type LogisticFit, type LogisticOptions } from "./logistic.js";
export { type LabelledRows, type LinearProbe, logitsOf, sigmoid } from "./loss.js";
export { comparePrecisions, type PrecisionComparison } from "./precision.js";
export { type Judged, Quality, qualityOf } from "./quality.js";
export {
  auroc,
  averagePrecision,
  balance,
  bestF1,
  type Decision,
  decision,
  precisionRecallPoints,
  type RankCurve,
  rankCurve,
} from "./rank.js";
export {
  type LabelledSplit,
  planSample,
  readSample,
  type Sample,
  type SamplePlan,
  type SampleSize,
} from "./samples.js";
export {
  type Classifier,
  createScorer,
  openClassifier,
  type Scorer,
  type ScorerOptions,
  type ScorerParts,
} from "./scorer.js";
export { type Candidate, type Chosen, type Rows, selectProbe } from "./select.js";
export { ClassifierOptions, classifierStage } from "./stage.js";
export type { DocumentLogits, DocumentScores } from "./stream.js";
export { readTestRows, type StoredRows, type TestRows } from "./test-rows.js";
export { histogramOf, quantise, thresholdForF1, thresholdForRecall, thresholdForShare } from "./threshold.js";
