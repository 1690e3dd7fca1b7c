/** @file The filter room: scores once, policies many times, and the views that trainers see. */
export { cutOf, isForget } from "./forget.js";
export { firstFilteredStep, METHODS, Policy, readPolicy } from "./policy.js";
export { readScoreFile, readScores, type ScoredTokens, type ScoreShard, writeScores } from "./scores.js";
export { countView, type View, type ViewCounts, type ViewSpecials, viewOf } from "./view.js";
