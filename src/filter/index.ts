/** @file The filter room: scores once, policies many times, and the views that trainers see. */
export { type ChosenOn, type ChosenThreshold, chooseThreshold, ruleOf, type ThresholdRule } from "./choose.js";
export { FilterOptions, filterStage } from "./filter-stage.js";
export { cutOf, isForget } from "./forget.js";
export { firstFilteredStep, METHODS, Policy, readPolicy } from "./policy.js";
export { ScoreOptions, type ScoreShardOptions, scoreShard, scoreStage } from "./score-stage.js";
export { readScoreFile, readScores, type ScoredTokens, type ScoreShard, writeScores } from "./scores.js";
export { countView, type View, type ViewCounts, type ViewSpecials, viewOf } from "./view.js";
