/**
 * @file Runs stages in worker threads, a fixed number at a time.
 *
 * Waiting tasks are taken by priority, then by order of arrival. Each task gets a thread of its own that ends with it,
 * so native memory is returned. What a stage writes does not depend on how many run beside it.
 */
import { Worker } from "node:worker_threads";
// Loaded before a thread starts, so that all threads count their native calls together.
import "../base/native-calls.js";
import { revive } from "../base/errors.js";
import type { Progress, ProgressUpdate } from "../base/progress.js";
import type { Manifest } from "../base/stage.js";

export interface WorkerTask {
  stage: string;
  options: Record<string, unknown>;
  out: string;
  threads: number;
}

export type WorkerMessage =
  | { type: "progress"; update: ProgressUpdate }
  | { type: "done"; manifest: Manifest & { found: boolean } }
  | { type: "error"; error: { name: string; message: string; stack?: string } };

/** Runs one stage in a thread of its own. @throws UserError as the stage threw it; other errors keep their stack. */
export function runInThread(task: WorkerTask, progress: Progress = () => {}): Promise<Manifest & { found: boolean }> {
  return new Promise<Manifest & { found: boolean }>((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: task });
    worker.on("message", (message: WorkerMessage) => {
      if (message.type === "progress") progress(message.update);
      else if (message.type === "done") resolve(message.manifest);
      else reject(revive(message.error));
    });
    worker.on("error", reject);
    worker.on("exit", (code) =>
      reject(new Error(`The thread of "npx lacuna ${task.stage}" ended early (code ${code}).`)),
    );
  });
}

/** A counting semaphore with priorities: at most `slots` holders, the highest priority waiting goes first. */
export function semaphore(slots: number) {
  const waiting: { priority: number; start: () => void }[] = [];
  let free = slots;
  const next = () => {
    if (free === 0 || waiting.length === 0) return;
    let best = 0;
    for (let index = 1; index < waiting.length; index++) {
      if (waiting[index].priority > waiting[best].priority) best = index;
    }
    free--;
    waiting.splice(best, 1)[0].start();
  };
  return async function hold<Result>(priority: number, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((start) => {
      waiting.push({ priority, start });
      // Let everything that becomes ready in the same turn queue up before one is chosen.
      setImmediate(next);
    });
    try {
      return await work();
    } finally {
      free++;
      // What this work's end makes ready may be more urgent than what waits already.
      setImmediate(next);
    }
  };
}
