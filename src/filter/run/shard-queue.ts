/**
 * @file The queue of shards on Redis or Valkey (BullMQ): what is in it, and putting it there.
 *
 * The queue only says who works on what. Whether a shard is done is for the store to say: a shard that is delivered
 * twice is committed once, and a queue that lost its memory is filled again from what is missing.
 */
import { resolve } from "node:path";
import type { Job, Queue } from "bullmq";
import { z } from "zod";
import { sha256 } from "../../base/hash.js";
import type { JobPlan } from "../job/plan.js";

export const QUEUE_NAME = "lacuna-score";

/** What a worker is told. No address of the queue, no keys, no passwords: those are each machine's own. */
export const ShardJob = z.object({
  /** A folder that all machines share, or s3://bucket/prefix. */
  out: z.string(),
  key: z.string(),
  /** Folder of the classifier on the machine that scores; a worker may have it elsewhere. */
  classifier: z.string(),
  /** Fingerprint the classifier must have. */
  fingerprint: z.string(),
  shard: z.int().nonnegative(),
  source: z.string(),
});
export type ShardJob = z.infer<typeof ShardJob>;

/** What a committed shard leaves with the queue. */
export interface ShardResult {
  tokens: number;
}

export interface QueuedShards {
  out: string;
  classifier: string;
  plan: JobPlan;
}

/** Attempts of one shard, on whatever machines. Kills do not count: those are stalls (see `worker.ts`). */
const ATTEMPTS = 4;
const FIRST_RETRY_MS = 5000;
/** Failed shards whose reasons are kept. */
const KEEP_FAILED = 10_000;
const BATCH = 1000;

/** As all machines name the place: a local folder by its absolute path. */
export function sharedName(uri: string): string {
  return uri.includes("://") ? uri : resolve(uri);
}

/**
 * Ids of a job's shards: the same shard has the same id, so that it is in the queue once; the same corpus scored into
 * two places has two.
 */
export function shardIds({ out, plan }: Pick<QueuedShards, "out" | "plan">) {
  const prefix = `${plan.key.slice(0, 16)}-${sha256(sharedName(out)).slice(0, 8)}-`;
  return {
    idOf: (shard: number) => prefix + shard,
    /** Undefined when the id is another job's. */
    shardOf: (id: string) => (id.startsWith(prefix) ? Number(id.slice(prefix.length)) : undefined),
  };
}

/** Puts shards into the queue; those that are in it already stay as they are. */
export async function enqueueShards(
  queue: Queue,
  job: QueuedShards,
  shards: readonly number[],
  firstRetryMs = FIRST_RETRY_MS,
): Promise<void> {
  const { idOf } = shardIds(job);
  const { plan } = job;
  for (let first = 0; first < shards.length; first += BATCH) {
    await queue.addBulk(
      shards.slice(first, first + BATCH).map((shard) => ({
        name: "shard",
        data: {
          out: sharedName(job.out),
          key: plan.key,
          classifier: resolve(job.classifier),
          fingerprint: plan.classifier,
          shard,
          source: plan.inputs[shard].source,
        } satisfies ShardJob,
        opts: {
          jobId: idOf(shard),
          attempts: ATTEMPTS,
          backoff: { type: "exponential", delay: firstRetryMs },
          removeOnComplete: true,
          removeOnFail: { count: KEEP_FAILED },
        },
      })),
    );
  }
}

/** This job's shards that failed for good, with their reasons. */
export async function failedShards(queue: Queue, job: QueuedShards): Promise<{ shard: number; entry: Job }[]> {
  const { shardOf } = shardIds(job);
  const failed: Job[] = await queue.getFailed(0, KEEP_FAILED);
  return failed.flatMap((entry) => {
    const shard = entry?.id === undefined ? undefined : shardOf(entry.id);
    return shard === undefined ? [] : [{ shard, entry }];
  });
}
