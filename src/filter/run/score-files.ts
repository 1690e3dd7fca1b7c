/**
 * @file Scoring files: the whole way from inputs to a finished job, on this machine, as one of an array, or by a queue.
 *
 * Every way makes the same plan and ends with the same bytes. Run it again and it goes on; run it on a finished job and
 * it finds it.
 */
import type { Progress } from "../../base/progress.js";
import { openStore, type Store } from "../../base/store/index.js";
import { findInputs, requireTextField } from "../../corpus/index.js";
import {
  finishJob,
  type JobPlan,
  type JobSettings,
  pendingShards,
  planJob,
  requireFree,
  startJob,
} from "../job/index.js";
import { runShards } from "./pool.js";
import { scoreByQueue } from "./queue.js";
import type { Shard } from "./shard.js";

export interface ScoreFilesOptions {
  /** Files, folders, globs, s3:// and hf:// addresses. */
  inputs: readonly string[];
  /** Folder of the classifier. */
  classifier: string;
  /** Folder or s3://bucket/prefix to write to. */
  out: string;
  settings?: Partial<JobSettings>;
  /** Processes on this machine. */
  workers: number;
  /** Threads of the native runtime in each. */
  threads: number;
  /** Only these shards: this machine's part of an array of jobs. */
  part?: Shard;
  /** Redis or Valkey address: shards go to the workers that listen there, not to processes of this machine. */
  queue?: string;
  onProgress?: Progress;
}

export interface ScoreFilesResult {
  plan: JobPlan;
  store: Store;
  /** Shards that were not committed when this run began and were its to do. */
  scored: number;
  /** Whether the whole job is finished; in an array, others may still be at work. */
  isFinished: boolean;
  /** Shards nobody has committed yet. */
  missing: number;
}

/**
 * The plan of a job over these inputs, and which of its shards this run would do. Nothing is written.
 * @throws UserError when another job is there, or inputs and classifier do not fit
 */
export async function planFiles({ inputs, classifier, out, settings, part }: ScoreFilesOptions) {
  const store = openStore(out);
  const plan = planJob({ inputs: await findInputs([...inputs]), classifier, settings });
  await requireFree(store, plan);
  // Before there is a job of the wrong field that would have to be deleted.
  await requireTextField(plan.inputs[0], plan.settings);
  const isOurs = (shard: number) => part === undefined || shard % part.of === part.index;
  const shards = async () => (await pendingShards(store, plan)).filter(isOurs);
  return { store, plan, shards };
}

/** @throws UserError when inputs, classifier or the place to write to do not fit, or a shard cannot be scored */
export async function scoreFiles(options: ScoreFilesOptions): Promise<ScoreFilesResult> {
  const { store, plan, shards } = await planFiles(options);
  await startJob(store, plan, options.classifier);
  const pending = await shards();
  if (pending.length > 0) {
    const run = options.queue === undefined ? runShards : scoreByQueue;
    await run({ ...options, queue: options.queue!, plan, shards: pending });
  }
  const isFinished = await finishJob(store, plan);
  return {
    plan,
    store,
    scored: pending.length,
    isFinished,
    missing: isFinished ? 0 : (await pendingShards(store, plan)).length,
  };
}
