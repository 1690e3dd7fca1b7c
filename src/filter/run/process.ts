/**
 * @file One child process that scores shards, seen from the parent.
 *
 * It is started when first needed and again after it died. The native runtime can crash or be killed for want of memory
 * without taking the parent, or another child, with it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { revive, UserError } from "../../base/errors.js";
import type { Progress } from "../../base/progress.js";
import type { ShardRecord } from "../job/plan.js";
import type { FromChild, ShardTask, ToChild } from "./messages.js";

/** The child ended while it was at work; nothing is lost but the time since its last checkpoint. */
export class ProcessDied extends Error {
  override name = "ProcessDied";
  /** "by SIGKILL", "with exit code 134". */
  readonly how: string;
  constructor(how: string) {
    super(`A scoring process ended ${how}.`);
    this.how = how;
  }
}

/** The child stopped because it was told to. */
export class ScoringStopped extends UserError {
  constructor() {
    super("Scoring stopped. What is finished is kept: run the same command again and it goes on from there.");
  }
}

export interface ShardProcess {
  /** Scores one shard; one at a time. @throws ProcessDied, ScoringStopped, or what the child threw */
  run(task: ShardTask, onProgress: Progress): Promise<ShardRecord>;
  /** Asks the child to end after its current step; kills it when it takes longer than `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

/** @param program - the child's program, which calls `serveShards` */
export function shardProcess(program: URL): ShardProcess {
  let child: ChildProcess | undefined;

  const start = (): ChildProcess => {
    const started = fork(program, [], { stdio: ["ignore", 2, "inherit", "ipc"] });
    started.on("error", () => {}); // told by `run`, which listens too
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    return started;
  };

  return {
    run(task, onProgress) {
      child ??= start();
      const current = child;
      return new Promise((resolve, reject) => {
        const settle = (act: () => void) => {
          current.off("message", onMessage);
          current.off("exit", onExit);
          current.off("error", onError);
          act();
        };
        const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
          settle(() => reject(new ProcessDied(signal ? `by ${signal}` : `with exit code ${code}`)));
        const onError = (error: Error) => {
          if (current.pid !== undefined) return; // a signal or message that did not arrive: "exit" tells how
          child = undefined;
          settle(() => reject(new ProcessDied(`before it began (${error.message})`)));
        };
        const onMessage = (message: FromChild) => {
          if (message.type === "progress") onProgress(message.update);
          else if (message.type === "done") settle(() => resolve(message.record));
          else if (message.type === "stopped") settle(() => reject(new ScoringStopped()));
          else settle(() => reject(revive(message.error)));
        };
        current.on("message", onMessage);
        current.once("exit", onExit);
        current.on("error", onError);
        // A send that fails means that the child is gone or going: "exit" tells how.
        current.send({ type: "score", task } satisfies ToChild, () => {});
      });
    },
    async stop(patienceMs) {
      const current = child;
      if (current?.pid === undefined || current.exitCode !== null || current.signalCode !== null) return;
      const ended = once(current, "exit");
      current.send({ type: "stop" } satisfies ToChild, () => {});
      const timer = setTimeout(() => current.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
