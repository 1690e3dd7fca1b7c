/** @file The filter room: scores once, policies many times, and the views that trainers see. */
export { type ChosenOn, type ChosenThreshold, chooseThreshold, ruleOf, type ThresholdRule } from "./choose.js";
export { ScoreControlOptions, scoreControlStage } from "./control-stage.js";
export * from "./export/index.js";
export { FilterOptions, filterStage } from "./filter-stage.js";
export { cutOf, isForget } from "./forget.js";
export * from "./job/index.js";
export { LabelClassifierOptions, labelClassifierStage } from "./label-stage.js";
export { filterScored, markDocument, openPolicies, type PolicySet, previewFilter } from "./policies/index.js";
export { firstFilteredStep, METHODS, Policy, readPolicy } from "./policy.js";
export { type ScoreFilesOptions, type ScoreFilesResult, scoreFiles } from "./run/score-files.js";
export { ScoreOptions, type ScoreShardOptions, scoreShard, scoreStage } from "./score-stage.js";
export { readScoreFile, readScores, type ScoredTokens, type ScoreShard, writeScores } from "./scores.js";
export { findBorderline, jobStats, readPassages } from "./stats/index.js";
export { countView, type View, type ViewCounts, type ViewSpecials, viewOf } from "./view.js";
