/**
 * @file The child's side of scoring in processes: takes shards one at a time, tells progress, stops when told.
 *
 * It ends when its parent does, so that no orphan goes on writing. Ctrl-C reaches the whole process group; the parent
 * decides what it means, so it is ignored here.
 */
import type { Progress } from "../../base/progress.js";
import type { ShardRecord } from "../job/plan.js";
import type { FromChild, ShardTask, ToChild } from "./messages.js";

/** Scores one shard to its commit. May keep a classifier open between calls. */
export type ScoreShard = (task: ShardTask, onProgress: Progress) => Promise<ShardRecord>;

/** Progress is told at most this often, so that telling never costs. */
const PROGRESS_EVERY_MS = 200;

/** Thrown out of the scoring to end it between two steps; what is written stays. */
class Stopped extends Error {}

/** Serves the parent process until it says stop or is gone. */
export function serveShards(score: ScoreShard): void {
  let isStopping = false;
  let isBusy = false;
  const post = (message: FromChild) => new Promise<void>((sent) => void process.send!(message, () => sent()));
  const stop = () => {
    isStopping = true;
    if (!isBusy) process.exit(0);
  };

  const take = async (task: ShardTask) => {
    isBusy = true;
    let last = 0;
    const onProgress: Progress = (update) => {
      if (isStopping) throw new Stopped();
      const now = performance.now();
      if (now - last < PROGRESS_EVERY_MS) return;
      last = now;
      void post({ type: "progress", update });
    };
    const answer: FromChild = await score(task, onProgress).then(
      (record) => ({ type: "done", record }),
      (error: Error) => {
        if (error instanceof Stopped) return { type: "stopped" };
        const { name, message, stack } = error;
        return { type: "error", error: { name, message, stack } };
      },
    );
    await post(answer);
    isBusy = false;
    if (isStopping) process.exit(0);
  };

  process.on("message", (message: ToChild) => {
    if (message.type === "stop") stop();
    else void take(message.task);
  });
  process.on("disconnect", () => process.exit(0));
  process.on("SIGINT", () => {});
  process.on("SIGTERM", stop);
}
