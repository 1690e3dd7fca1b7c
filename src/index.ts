/// <reference types="node" preserve="true" />
/**
 * @file Lacuna's public API: every stage as a function, and the study that wires them.
 *
 * A stage is run by `runStage(stage, options, out)`; what it does inside is exported by its room. A program that ends
 * itself while stages run awaits `endNativeCalls()` first.
 */
export * from "./base/errors.js";
export { endNativeCalls } from "./base/native-calls.js";
export { fingerprintOf, type Manifest, planStage, readManifest, runStage, type Stage } from "./base/stage.js";
// Named where two rooms use one word for their own thing.
export type { Calibration } from "./classify/index.js";
export * from "./classify/index.js";
export * from "./corpus/index.js";
export { findInputs, type InputFile, openRows, type Row } from "./corpus/input/index.js";
export * from "./evaluate/index.js";
export * from "./filter/index.js";
export { ScoreOptions } from "./filter/index.js";
export * from "./label/index.js";
export * from "./models/index.js";
export * from "./nn/index.js";
export { AlignmentConfig } from "./study/alignment/config.js";
export { Alignment } from "./study/alignment/results.js";
export { type AlignmentOptions, planAlignment, runAlignment } from "./study/alignment/run.js";
export { studyConfig } from "./study/budgets.js";
export { buildReport, type ReportRequest } from "./study/classifiers/build.js";
export { ClassifierStudyConfig } from "./study/classifiers/config.js";
export { type ClassifierStudyOptions, planClassifierStudy, runClassifierStudy } from "./study/classifiers/run.js";
export { classifierReportStage } from "./study/classifiers/stage.js";
export * from "./study/config.js";
export { labelTables, renderLabelReport } from "./study/label-report/index.js";
export { Results } from "./study/results.js";
export { RobustnessConfig } from "./study/robustness/config.js";
export { Robustness } from "./study/robustness/results.js";
export { planRobustness, type RobustnessOptions, runRobustness } from "./study/robustness/run.js";
export { planStudy, runStudy, type StudyOptions } from "./study/run.js";
export { safeguardsConfig } from "./study/safeguards/config.js";
export { Safeguards } from "./study/safeguards/results.js";
export { planSafeguards, runSafeguards, type SafeguardsOptions } from "./study/safeguards/run.js";
export { readSeries, type Series, type SeriesModel } from "./study/series.js";
export { STAGES, stageByName } from "./study/stages.js";
export type { TokenTruth } from "./tokens/index.js";
export * from "./tokens/index.js";
export * from "./train/index.js";
