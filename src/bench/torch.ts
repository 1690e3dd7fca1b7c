/** @file PyTorch beside us: the same model in a Python process, when one with torch is present. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { PACKAGE_ROOT } from "../base/package.js";
import type { Runner } from "./runners.js";
import type { BenchSize } from "./sizes.js";

const SCRIPT = `${PACKAGE_ROOT}bench/torch_train.py`;
/** How long OpenMP threads may still be spinning after a step; the next runner waits for it. */
const SETTLE_MILLISECONDS = 250;

export interface TorchRunner extends Runner {
  version: string;
}

/** Starts PyTorch on one size; undefined when there is no Python with torch (env LACUNA_PYTHON, else python3). */
export async function torchRunner({ config, batch }: BenchSize, threads: number): Promise<TorchRunner | undefined> {
  if (!existsSync(SCRIPT)) return undefined;
  const { vocabulary, width, layers, heads, context } = config;
  const sizes = [vocabulary, width, layers, heads, context, batch, threads].map(String);
  const child = spawn(process.env.LACUNA_PYTHON ?? "python3", [SCRIPT, ...sizes], {
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
    name: "pytorch",
    version: hello.torch,
    async step() {
      child.stdin.write("step\n");
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
