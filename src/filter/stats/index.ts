/** @file What a scoring job holds, for people to look at: statistics and borderline passages. */
export { type JobStats, jobStats, type ShareBin, type SourceStats, type ThresholdRow } from "./job-stats.js";
