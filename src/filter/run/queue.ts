/** @file Scoring by a queue: shards go to workers on any machine; this side fills the queue and watches. */
import { UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import { openStore } from "../../base/store/index.js";
import { pendingShards, readRecord } from "../job/index.js";
import { largestFirst } from "./pool.js";
import { ScoringStopped } from "./process.js";
import { shardsProgress } from "./progress.js";
import { reachRedis } from "./redis.js";
import {
  enqueueShards,
  failedShards,
  QUEUE_NAME,
  type QueuedShards,
  type ShardResult,
  shardIds,
} from "./shard-queue.js";

export interface ByQueueOptions extends QueuedShards {
  /** redis://host:port */
  queue: string;
  /** Shards that are missing. */
  shards: readonly number[];
  onProgress?: Progress;
  /** Aborted to stop watching; workers go on. */
  signal?: AbortSignal;
  /** How often the store is asked what is missing, whatever the queue said, milliseconds. */
  checkMs?: number;
  /** Pause before a failed shard's second attempt, milliseconds. */
  firstRetryMs?: number;
}

const CHECK_MS = 30_000;

/**
 * Has workers score shards, until all are committed. Interrupt it at will: workers go on, and the same call takes up
 * the watch. A queue that forgot (restarted without its file) is filled again.
 * @throws UserError when the queue cannot be reached, or a shard failed for good
 */
export async function scoreByQueue(options: ByQueueOptions): Promise<void> {
  const { plan, signal, onProgress = () => {}, checkMs = CHECK_MS, firstRetryMs } = options;
  const { connection } = await reachRedis(options.queue);
  const { Queue, QueueEvents } = await import("bullmq");
  const store = openStore(options.out);
  const queue = new Queue(QUEUE_NAME, { connection });
  const events = new QueueEvents(QUEUE_NAME, { connection });
  // A lost connection is waited for; what was missed meanwhile the next check finds.
  queue.on("error", () => {});
  events.on("error", () => {});

  const progress = shardsProgress(plan, options.shards, onProgress);
  const missing = new Set(options.shards);
  let failure: { shard: number; reason: string } | undefined;
  let wake = () => {};
  const finish = (shard: number, tokens: number) => {
    if (missing.delete(shard)) progress.finish(shard, tokens);
    if (missing.size === 0) wake();
  };
  const fail = (shard: number, reason: string) => {
    failure ??= { shard, reason };
    wake();
  };
  const { shardOf } = shardIds(options);
  /** Calls `act` for events of this job's shards. */
  const ours = (jobId: string, act: (shard: number) => void) => {
    const shard = shardOf(jobId);
    if (shard !== undefined && missing.has(shard)) act(shard);
  };
  events.on("progress", ({ jobId, data }) =>
    ours(jobId, (shard) => progress.update(shard, { done: (data as ShardResult).tokens, unit: "tokens" })),
  );
  events.on("completed", ({ jobId, returnvalue }) =>
    ours(jobId, (shard) => finish(shard, (returnvalue as unknown as ShardResult).tokens)),
  );
  events.on("failed", ({ jobId, failedReason }) => ours(jobId, (shard) => fail(shard, failedReason)));
  const stop = () => wake();
  signal?.addEventListener("abort", stop);

  try {
    await events.waitUntilReady();
    // What failed before gets another chance.
    for (const { entry } of await failedShards(queue, options)) await entry.remove();
    for (;;) {
      const pending = new Set(await pendingShards(store, plan));
      for (const shard of [...missing]) {
        // Committed, and the queue did not tell, or not yet.
        if (!pending.has(shard)) finish(shard, (await readRecord(store, plan, shard))?.tokens ?? 0);
      }
      const left = largestFirst(
        plan,
        options.shards.filter((shard) => pending.has(shard)),
      );
      if (left.length === 0) return;
      for (const { shard, entry } of await failedShards(queue, options)) {
        if (pending.has(shard)) fail(shard, entry.failedReason);
      }
      if (failure) throw failed(options, failure);
      if (signal?.aborted) throw new ScoringStopped();
      for (const shard of left) missing.add(shard);
      await enqueueShards(queue, options, left, firstRetryMs);
      // Some servers do not say who is connected.
      const workers = await queue.getWorkersCount().catch(() => undefined);
      if (workers !== undefined)
        progress.tell(workers === 0 ? "no worker listens yet: start npx lacuna worker" : `${workers} workers listen`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, checkMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (failure || signal?.aborted) wake();
      });
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all([queue.close(), events.close()]);
  }
}

function failed({ plan, out }: QueuedShards, { shard, reason }: { shard: number; reason: string }): UserError {
  return new UserError(
    `Shard ${shard} (${plan.inputs[shard].source}) of ${out} failed: ${reason} The workers go on with the others; the same command tries it again.`,
  );
}
