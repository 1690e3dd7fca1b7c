/** @file A real process that asks, killed at random and started again until it is done. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PACKAGE_ROOT } from "../../base/package.js";
import { QUICK, SYNTHETIC_KEY } from "./setup.js";

/** The process imports the built package: builds it where it is older than this room's sources. */
export function ensureBuilt(): void {
  const sources = readdirSync(join(PACKAGE_ROOT, "src/llm")).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const isFresh = sources.every((name) => {
    const built = join(PACKAGE_ROOT, "dist/llm", name.replace(/ts$/, "js"));
    return existsSync(built) && statSync(built).mtimeMs >= statSync(join(PACKAGE_ROOT, "src/llm", name)).mtimeMs;
  });
  if (isFresh) return;
  try {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: PACKAGE_ROOT });
  } catch {
    // Type errors elsewhere do not keep the compiler from writing; `npm run types` is what reports them.
  }
}

/** Starts a process that asks `count` questions, with its ledger in `folder`. Its outcomes end in outcomes.json. */
export function startAsking(
  folder: string,
  url: string,
  count: number,
  options: { useBatches: boolean; concurrency?: number },
) {
  const script = join(folder, "ask.mjs");
  const room = pathToFileURL(join(PACKAGE_ROOT, "dist/llm/index.js")).href;
  writeFileSync(
    script,
    `import { writeFileSync } from "node:fs";
     import { anthropicProvider, Asker, completionCall, openLedger } from ${JSON.stringify(room)};
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
  return spawn(process.execPath, [script], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ANTHROPIC_API_KEY: SYNTHETIC_KEY },
  });
}

/** Runs it again and again, killing it when `killAfter` resolves, until it ends by itself. @returns the kills */
export async function askThroughKills(
  start: () => ReturnType<typeof startAsking>,
  killAfter: (run: number) => Promise<void> | undefined,
): Promise<number> {
  for (let run = 0; ; run++) {
    const child = start();
    const errors: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk));
    const exit = once(child, "exit");
    const kill = killAfter(run);
    let isOver = false;
    void kill?.then(() => {
      if (!isOver) child.kill("SIGKILL");
    });
    const [code, signal] = (await exit) as [number | null, string | null];
    isOver = true;
    if (signal === "SIGKILL") continue;
    if (code !== 0) throw new Error(`asking ended with ${code ?? signal}: ${Buffer.concat(errors)}`);
    return run;
  }
}

/** Every file below a folder, as text. */
export function textsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"));
}
