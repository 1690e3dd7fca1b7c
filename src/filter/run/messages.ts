/** @file What a parent and the processes that score for it say to each other. */
import type { ProgressUpdate } from "../../base/progress.js";
import type { ShardRecord } from "../job/plan.js";

/** One shard to score. */
export interface ShardTask {
  /** Where the job's results live: a folder or s3://bucket/prefix. */
  out: string;
  /** Key of the job's plan: a folder that meanwhile holds another job is not written to. */
  key: string;
  /** Folder of the classifier. */
  classifier: string;
  /** Threads of the native runtime. */
  threads: number;
  shard: number;
  /** Name of the shard's input, for messages. */
  source: string;
}

export type ToChild = { type: "score"; task: ShardTask } | { type: "stop" };

export type FromChild =
  | { type: "progress"; update: ProgressUpdate }
  | { type: "done"; record: ShardRecord }
  | { type: "stopped" }
  | { type: "error"; error: { name: string; message: string; stack?: string } };
