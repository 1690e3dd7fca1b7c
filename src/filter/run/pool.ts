/**
 * @file Scoring in several processes of this machine.
 *
 * A process that dies (killed, out of memory, a crash of the native runtime) loses nothing: its shard is taken up at
 * its last checkpoint by another process, a few times. What comes out does not depend on how many processes there are.
 */
import { UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import type { JobPlan, ShardRecord } from "../job/plan.js";
import type { ShardTask } from "./messages.js";
import { ProcessDied, ScoringStopped, type ShardProcess, shardProcess } from "./process.js";
import { shardsProgress } from "./progress.js";

export interface PoolOptions {
  /** Processes. */
  workers: number;
  /** Deaths of its process that one shard survives without getting further. */
  retries?: number;
  /** The program of a process; tests give their own. */
  program?: URL;
}

export interface Pool {
  /** Scores a shard in the next free process. @throws UserError when it killed too many; what the scoring threw */
  run(task: ShardTask, onProgress?: Progress): Promise<ShardRecord>;
  /** Ends all processes: after their current step, or by force when the patience is over. */
  close(patienceMs?: number): Promise<void>;
}

const DEFAULT_RETRIES = 3;
const PATIENCE_MS = 10_000;

const open = new Set<Pool>();

/** Ends the processes of all pools, for a command that is interrupted. What is finished is kept. */
export async function stopProcesses(patienceMs = PATIENCE_MS): Promise<void> {
  await Promise.all([...open].map((pool) => pool.close(patienceMs)));
}

/** A pool starts its processes when they are first needed. @throws UserError when `workers` is not 1 or more */
export function openPool({ workers, retries = DEFAULT_RETRIES, program = childProgram() }: PoolOptions): Pool {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new UserError(`--workers ${workers} is not a number of processes. Give 1 or more.`);
  }
  const processes = Array.from({ length: workers }, () => shardProcess(program));
  const free = [...processes];
  const waiting: ((process: ShardProcess) => void)[] = [];
  let isClosed = false;
  const acquire = () => free.pop() ?? new Promise<ShardProcess>((resolve) => waiting.push(resolve));
  const release = (process: ShardProcess) => {
    const next = waiting.shift();
    if (next) next(process);
    else free.push(process);
  };

  const attempt = async (task: ShardTask, onProgress: Progress) => {
    const process = await acquire();
    try {
      if (isClosed) throw new ScoringStopped();
      return await process.run(task, onProgress);
    } finally {
      release(process);
    }
  };

  const pool: Pool = {
    async run(task, onProgress = () => {}) {
      let furthest = 0;
      for (let deaths = 1; ; deaths++) {
        const before = furthest;
        try {
          return await attempt(task, (update) => {
            furthest = Math.max(furthest, update.done);
            onProgress(update);
          });
        } catch (error) {
          if (!(error instanceof ProcessDied)) throw error;
          if (isClosed) throw new ScoringStopped();
          // Who gets further each time is being killed from outside; what kills at one place, kills there again.
          if (furthest > before) deaths = 1;
          if (deaths <= retries) continue;
          throw new UserError(
            `Shard ${task.shard} (${task.source}) ended its process ${deaths} times, the last time ${error.how}. If memory ran out, use fewer --workers; run the same command again and it goes on.`,
            { cause: error },
          );
        }
      }
    },
    async close(patienceMs = PATIENCE_MS) {
      isClosed = true;
      await Promise.all(processes.map((process) => process.stop(patienceMs)));
      open.delete(pool);
    },
  };
  open.add(pool);
  return pool;
}

export interface RunOptions extends PoolOptions {
  /** Where the started job lives. */
  out: string;
  plan: JobPlan;
  /** Folder of the classifier. */
  classifier: string;
  /** Shards to score; those committed meanwhile by others are found, not redone. */
  shards: readonly number[];
  /** Threads of the native runtime, per process. */
  threads: number;
  onProgress?: Progress;
  /** Aborted to stop: processes end after their current step. */
  signal?: AbortSignal;
}

/**
 * Scores shards in processes of their own until all are committed.
 * @throws UserError as a process threw it, when a shard killed too many processes, or when stopped
 */
export async function runShards(options: RunOptions): Promise<void> {
  const { out, plan, classifier, shards, threads, signal, onProgress = () => {} } = options;
  if (signal?.aborted) throw new ScoringStopped();
  const pool = openPool(options);
  const progress = shardsProgress(plan, shards, onProgress);
  const stop = () => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  const left = largestFirst(plan, shards).values();
  const work = async () => {
    for (const shard of left) {
      const task = { out, key: plan.key, classifier, threads, shard, source: plan.inputs[shard].source };
      const record = await pool.run(task, (update) => progress.update(shard, update));
      progress.finish(shard, record.tokens);
    }
  };
  const workersDone = Array.from({ length: Math.min(options.workers, shards.length) }, work);
  try {
    await Promise.all(workersDone);
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
    await Promise.allSettled(workersDone);
  }
}

/** The largest inputs first, so that no long one is left for the end when the other processes have nothing to do. */
export function largestFirst({ inputs }: JobPlan, shards: readonly number[]): number[] {
  return [...shards].sort((a, b) => inputs[b].bytes - inputs[a].bytes || a - b);
}

function childProgram(): URL {
  return new URL("./child.js", import.meta.url);
}
