/**
 * @file The thread that runs one stage.
 *
 * The native runtime blocks the thread that calls it, so stages run here and the main thread stays free for progress,
 * signals and servers. A thread, not a process: when the main process is killed no orphan goes on writing.
 */
import { parentPort, workerData } from "node:worker_threads";
import { isStopped, Stopped } from "../base/native-calls.js";
import { runStage } from "../base/stage.js";
import type { WorkerMessage, WorkerTask } from "./pool.js";
import { stageByName } from "./stages.js";

/** Progress is told at most this often, so that telling never costs. */
const PROGRESS_EVERY_MS = 100;

async function main(): Promise<void> {
  const { stage, options, out, threads } = workerData as WorkerTask;
  const post = (message: WorkerMessage) => parentPort!.postMessage(message);
  let last = 0;
  try {
    const manifest = await runStage(stageByName(stage), options, out, {
      threads,
      progress: (update) => {
        if (isStopped()) throw new Stopped();
        const now = performance.now();
        if (now - last < PROGRESS_EVERY_MS) return;
        last = now;
        post({ type: "progress", update });
      },
    });
    post({ type: "done", manifest });
  } catch (error) {
    const { name, message, stack } = error as Error;
    post({ type: "error", error: { name, message, stack } });
  }
}

void main();
