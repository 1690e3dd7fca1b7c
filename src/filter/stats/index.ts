/** @file What a scoring job holds, for people to look at: statistics and borderline passages. */
export { type Borderline, type BorderlineOptions, findBorderline } from "./borderline.js";
export { type JobStats, jobStats, type ShareBin, type SourceStats } from "./job-stats.js";
export { type Passage, readPassages, type Segment } from "./passages.js";
export type { ThresholdRow } from "./would-take.js";
