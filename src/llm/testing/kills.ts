/** @file A real process that asks, killed at random and started again until it is done. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PACKAGE_ROOT } from "../../base/package.js";
import { pause } from "./http.js";
import { QUICK, SYNTHETIC_KEY } from "./setup.js";

/** A module of the built package, as a string literal for `import` in a script. */
export function built(module: string): string {
  return JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, "dist", module)).href);
}

/** Runs a script of this source, kept in `folder`, with a synthetic key in its environment. */
export function startScript(folder: string, source: string): ChildProcess {
  const script = join(folder, "script.mjs");
  writeFileSync(script, source);
  const keys = { ANTHROPIC_API_KEY: SYNTHETIC_KEY, OPENAI_API_KEY: SYNTHETIC_KEY };
  return spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...keys } });
}

/** Starts a process that asks `count` questions, with its ledger in `folder`. Its outcomes end in outcomes.json. */
export function startAsking(
  folder: string,
  url: string,
  count: number,
  options: { useBatches: boolean; concurrency?: number },
): ChildProcess {
  return startScript(
    folder,
    `import { writeFileSync } from "node:fs";
     import { anthropicProvider, Asker, completionCall, openLedger } from ${built("llm/index.js")};
     const provider = anthropicProvider({ model: "synthetic-model", baseUrl: ${JSON.stringify(url)} });
     const price = { input: 1e-6, output: 5e-6, batchShare: 0.5 };
     const ledger = await openLedger(${JSON.stringify(join(folder, "llm"))});
     const asker = new Asker(ledger, ${JSON.stringify({ ...QUICK, ...options })});
     const calls = Array.from({ length: ${count} }, (_, index) =>
       completionCall(provider, price, { system: "synthetic", user: "question " + index, maxTokens: 50 }));
     const outcomes = await asker.ask(calls);
     await ledger.close();
     writeFileSync(${JSON.stringify(join(folder, "outcomes.json"))}, JSON.stringify({ outcomes, spent: asker.spent() }));`,
  );
}

/** Runs it again and again, killing it when `killAfter` resolves, until it ends by itself. */
export async function throughKills(
  start: () => ChildProcess,
  killAfter: (run: number) => Promise<void> | undefined,
): Promise<{ kills: number; code: number; said: string }> {
  for (let run = 0; ; run++) {
    const child = start();
    const errors: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    const exit = once(child, "exit");
    let isOver = false;
    void killAfter(run)?.then(() => {
      if (!isOver) child.kill("SIGKILL");
    });
    const [code, signal] = (await exit) as [number | null, string | null];
    isOver = true;
    if (signal !== "SIGKILL") return { kills: run, code: code ?? -1, said: Buffer.concat(errors).toString() };
  }
}

/** Waits until something has happened, then a moment longer. */
export async function soonAfter(hasHappened: () => boolean, milliseconds: number): Promise<void> {
  while (!hasHappened()) await pause(1);
  await pause(milliseconds);
}

/** Every file below a folder, as text. */
export function textsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"));
}
