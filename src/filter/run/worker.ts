/**
 * @file A worker: takes shards from a queue and scores them in processes of its own, until told to stop.
 *
 * The models run in child processes, so this process answers the queue at any time and its locks hold. When it is
 * killed its locks run out, and its shards go to other workers, which continue at the last checkpoint.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import { UserError } from "../../base/errors.js";
import { readManifest } from "../../base/stage.js";
import { openPool, type Pool } from "./pool.js";
import { ScoringStopped } from "./process.js";
import { reachRedis } from "./redis.js";
import { QUEUE_NAME, ShardJob, type ShardResult } from "./shard-queue.js";

export interface WorkerOptions {
  /** redis://host:port */
  queue: string;
  /** Folder of the classifier on this machine; otherwise where the job says. */
  classifier?: string;
  /** Shards at a time, each in a process of its own. */
  workers: number;
  /** Threads of the native runtime, per process. */
  threads: number;
  /** Ends when the queue is empty and nobody is at work. */
  once?: boolean;
  /** How long a shard stays with a worker that is not heard of, milliseconds. */
  lockMs?: number;
  /** Aborted to stop: shards at work are handed back at their last checkpoint. */
  signal?: AbortSignal;
  onEvent?: (event: WorkerEvent) => void;
  /** The program of a process; tests give their own. */
  program?: URL;
}

export type WorkerEvent =
  | { type: "listening"; queue: string }
  | { type: "progress"; shard: ShardJob; tokens: number }
  | { type: "committed"; shard: ShardJob; tokens: number }
  | { type: "failed"; shard: ShardJob; reason: string; willRetry: boolean }
  | { type: "handed back"; shard: ShardJob }
  | { type: "trouble"; message: string };

const LOCK_MS = 30_000;
const SHORTEST_LOCK_MS = 500;
/** How often a shard may lose its worker. A shard that kills its process fails much earlier (see `pool.ts`). */
const MOST_STALLS = 100;
const PROGRESS_EVERY_MS = 2000;
const LOOK_EVERY_MS = 500;
/** Given to a queue that cannot be reached when the worker stops. */
const LEAVE_MS = 5000;

/**
 * Works until stopped, or until the queue is empty with `once`.
 * @returns how many shards it committed
 * @throws UserError when the queue cannot be reached at first, or `classifier` is not one
 */
export async function runWorker(options: WorkerOptions): Promise<{ shards: number; tokens: number }> {
  const { workers, lockMs = LOCK_MS, signal, program, onEvent = () => {} } = options;
  if (!(lockMs >= SHORTEST_LOCK_MS)) {
    throw new UserError(`A lock of ${lockMs / 1000} s is too short for a busy machine. Give 0.5 s or more.`);
  }
  const pool = openPool({ workers, program });
  if (options.classifier !== undefined) readManifest(options.classifier, "classifier");
  const { shown, connection } = await reachRedis(options.queue);
  const { Queue, UnrecoverableError, WaitingError, Worker } = await import("bullmq");
  const done = { shards: 0, tokens: 0 };

  const handle = async (entry: Job, token?: string): Promise<ShardResult> => {
    const shard = ShardJob.parse(entry.data);
    try {
      const classifier = options.classifier ?? shard.classifier;
      const why = whyNotThisClassifier(classifier, shard);
      if (why) throw new UnrecoverableError(why);
      const { tokens } = await score(pool, entry, { ...shard, classifier }, options);
      done.shards++;
      done.tokens += tokens;
      onEvent({ type: "committed", shard, tokens });
      return { tokens };
    } catch (error) {
      if (error instanceof ScoringStopped) {
        await entry.moveToWait(token);
        onEvent({ type: "handed back", shard });
        throw new WaitingError();
      }
      const isLast = error instanceof UnrecoverableError || entry.attemptsMade + 1 >= (entry.opts.attempts ?? 1);
      onEvent({ type: "failed", shard, reason: reasonOf(error as Error), willRetry: !isLast });
      throw error;
    }
  };

  const worker = new Worker(QUEUE_NAME, handle, {
    connection,
    concurrency: workers,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MOST_STALLS,
  });
  const queue = new Queue(QUEUE_NAME, { connection });
  worker.on("error", ({ message }) => onEvent({ type: "trouble", message }));
  queue.on("error", () => {}); // the worker's connection tells
  onEvent({ type: "listening", queue: shown });

  try {
    while (!signal?.aborted && !(options.once && (await isEmpty(queue)))) await pause(LOOK_EVERY_MS, signal);
  } finally {
    // First no new shards, then the running ones end, then the connections.
    const closed = worker.close();
    await pool.close();
    await Promise.race([Promise.all([closed, queue.close()]), pause(LEAVE_MS)]);
    worker.disconnect();
    queue.disconnect();
  }
  return done;
}

/** What is in the queue, and who listens. @throws UserError when it cannot be reached */
export async function queueCounts(url: string) {
  const { connection } = await reachRedis(url);
  const { Queue } = await import("bullmq");
  const queue = new Queue(QUEUE_NAME, { connection });
  queue.on("error", () => {});
  try {
    const { waiting, active, delayed, failed } = await queue.getJobCounts("waiting", "active", "delayed", "failed");
    return { waiting, active, delayed, failed, workers: await queue.getWorkersCount() };
  } finally {
    await queue.close();
  }
}

async function score(pool: Pool, entry: Job, shard: ShardJob, { threads, onEvent }: WorkerOptions) {
  let last = 0;
  return pool.run({ ...shard, threads }, ({ done: tokens }) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    onEvent?.({ type: "progress", shard, tokens });
    entry.updateProgress({ tokens } satisfies ShardResult).catch(() => {}); // nobody looks, or the connection is away
  });
}

/** Undefined when it is the one the job was planned with. @throws UserError when there is none */
function whyNotThisClassifier(directory: string, { fingerprint, out }: ShardJob): string | undefined {
  const found = readManifest(directory, "classifier").fingerprint;
  if (found === fingerprint) return undefined;
  return `The classifier of a worker (${directory}, ${found.slice(0, 12)}) is not the one ${out} was planned with (${fingerprint.slice(0, 12)}). Start that worker with --classifier and the right folder.`;
}

async function isEmpty(queue: Queue): Promise<boolean> {
  const counts = await queue.getJobCounts("waiting", "active", "delayed", "prioritized");
  return Object.values(counts).every((count) => count === 0);
}

function reasonOf(error: Error): string {
  return error instanceof UserError || error.name === "UnrecoverableError"
    ? error.message
    : (error.stack ?? error.message);
}

/** Waits, or until the signal. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: true }).catch(() => {});
}
