/** @file The classify room: classifiers of words and on models, their calibration, thresholds and quality, and scoring. */
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
  CLASSIFIER_KINDS,
  ClassifierFile,
  type ClassifierKind,
  Halves,
  type NgramFile,
  NgramSettings,
  type ProbedFile,
  ProbeFile,
  readClassifierFile,
  requireScorable,
  Thresholds,
} from "./classifier-file.js";
export {
  type Decided,
  decide,
  type Fitted,
  fitProbe,
  type Granularity,
  logitsAt,
  measure,
  rowsOf,
  thresholdsFor,
} from "./fit.js";
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
export { ClassifierOptions } from "./options.js";
export { comparePrecisions, type PrecisionComparison } from "./precision.js";
export { type ClassifierProbes, readClassifier, writeClassifier } from "./probe-file.js";
export { createScorer, type ScorerParts } from "./probe-scorer.js";
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
export { type LabelledSplit, planSample, type SamplePlan, type SampleSize } from "./sample-plan.js";
export { readSample, type Sample } from "./samples.js";
export { type Classifier, openClassifier, type Scorer, type ScorerOptions } from "./scorer.js";
export { type Candidate, type Chosen, type Rows, selectProbe } from "./select.js";
export { classifierStage } from "./stage.js";
export type { DocumentLogits, DocumentScores } from "./stream.js";
export { readTestRows, type StoredRows, type TestRows } from "./test-rows.js";
export { histogramOf, quantise, thresholdForF1, thresholdForRecall, thresholdForShare } from "./threshold.js";
