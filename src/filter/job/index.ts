/** @file Scoring jobs: a corpus of any size scored once, in shards, resumably, by any number of workers. */
export { finishJob, type JobManifest } from "./finish.js";
export { losses } from "./lost.js";
export { BLOCK_TOKENS, openScored } from "./open-scored.js";
export type { RowCounts } from "./parts.js";
export { JOB_FILES, JobPlan, JobSettings, ShardRecord, shardName } from "./plan.js";
export { type ReadTask, readAhead, rowReader } from "./read-ahead.js";
export { pendingShards, readPlan, readRecord } from "./record.js";
export { type ScoreInputOptions, scoreInput } from "./score-input.js";
export type { ScoreBlock, ScoredCorpus } from "./scored.js";
export { planJob, requireFree, requireSameRounding, startJob } from "./start.js";
export { type TokenRow, tokenRows } from "./token-rows.js";
export { type Verification, verifyJob } from "./verify.js";
