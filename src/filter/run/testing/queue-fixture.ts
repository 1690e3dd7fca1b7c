/** @file Redis, a synthetic job and workers in processes of their own, for one test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../../../testing/folder.js";
import { type Server, startRedis } from "../../../testing/servers.js";
import type { WorkerEvent } from "../worker.js";
import { type Behaviour, fakeClassifier, fakeJob } from "./fake-job.js";

const PROGRAM = fileURLToPath(new URL("./fake-worker.mjs", import.meta.url));
export const PASSWORD = "synthetic-queue-password";
/** Short, so that a lost worker is noticed within a test. */
export const LOCK_MS = 600;

export interface TestWorker {
  process: ChildProcess;
  events: WorkerEvent[];
  /** Resolves to the exit code, or the signal. */
  ended: Promise<number | string>;
}

/** Starts Redis for the running test; everything started here ends with it. */
export async function queueFixture(shards: number, behaviour: Behaviour = {}) {
  const [out, folder] = [join(temporaryFolder(), "out"), temporaryFolder()];
  const plan = fakeJob(out, shards, behaviour);
  const classifier = fakeClassifier(join(folder, "classifier"));
  const secured = ["--requirepass", PASSWORD];
  let server: Server = await startRedis(folder, undefined, secured);
  const workers: TestWorker[] = [];
  const queue = `redis://:${PASSWORD}@127.0.0.1:${server.port}`;
  onTestFinished(async () => {
    for (const { process } of workers) process.kill("SIGKILL");
    await server.stop();
  });

  return {
    out,
    folder,
    plan,
    workers,
    queue,
    /** What `scoreByQueue` takes. */
    job: {
      queue,
      out,
      classifier,
      plan,
      shards: plan.inputs.map((_, shard) => shard),
      checkMs: 300,
      firstRetryMs: 20,
    },
    startWorker(options: Record<string, unknown> = {}): TestWorker {
      const given = JSON.stringify({ queue, workers: 1, threads: 1, lockMs: LOCK_MS, ...options });
      const child = spawn(process.execPath, [PROGRAM, given], { stdio: ["ignore", "pipe", "inherit"] });
      const events: WorkerEvent[] = [];
      let rest = "";
      child.stdout!.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) events.push(JSON.parse(line));
      });
      const ended = once(child, "exit").then(([code, signal]) => signal ?? code);
      const worker = { process: child, events, ended };
      workers.push(worker);
      return worker;
    },
    /** Kills Redis; `restart` brings it back on the same port, with what it had written. */
    killRedis: () => server.stop(),
    async restart({ forgetful = false } = {}) {
      server = await startRedis(forgetful ? temporaryFolder() : folder, server.port, secured);
    },
    /** Everything Redis has on disk. */
    stored(): string {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
    },
  };
}
