/** @file PyTorch beside us: the same model in a Python process, when one with torch is present. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { PACKAGE_ROOT } from "../base/package.js";
import type { Runner } from "./runners.js";
import type { BenchSize } from "./sizes.js";

/** How long OpenMP threads may still be spinning after a step; the next runner waits for it. */
const SETTLE_MILLISECONDS = 250;

export interface TorchRunner extends Runner {
  version: string;
}

/** A Python process that does work when it is asked and says how many seconds it took. */
export interface TorchProcess {
  version: string;
  /** Sends one line, returns the seconds of the answer. */
  ask(line: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts a script of bench/; undefined when there is no Python with torch (env LACUNA_PYTHON, else python3). */
export async function torchProcess(script: string, numbers: readonly number[]): Promise<TorchProcess | undefined> {
  const path = `${PACKAGE_ROOT}bench/${script}`;
  if (!existsSync(path)) return undefined;
  const child = spawn(process.env.LACUNA_PYTHON ?? "python3", [path, ...numbers.map(String)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : (JSON.parse(value) as { torch?: string; seconds?: number });
  };
  const hello = await next();
  if (hello?.torch === undefined) {
    child.kill();
    return undefined;
  }
  return {
    version: hello.torch,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const answer = await next();
      if (answer?.seconds === undefined) throw new Error("The PyTorch process of the bench ended before its step did");
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
      return answer.seconds;
    },
    async close() {
      child.stdin.end();
      child.kill();
    },
  };
}

/** The training step of one size in PyTorch; undefined when there is none. */
export async function torchRunner({ config, batch }: BenchSize, threads: number): Promise<TorchRunner | undefined> {
  const { vocabulary, width, layers, heads, context } = config;
  const torch = await torchProcess("torch_train.py", [vocabulary, width, layers, heads, context, batch, threads]);
  if (!torch) return undefined;
  return { name: "pytorch", version: torch.version, step: () => torch.ask("step"), close: torch.close };
}
