import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../../base/package.js";
import type { ProgressUpdate } from "../../base/progress.js";
import { ensureBuilt } from "../../testing/built.js";
import { temporaryFolder } from "../../testing/folder.js";
import { runShards } from "./pool.js";
import { attempts, type Behaviour, committed, FAKE_CHILD, fakeJob, isAlive, until } from "./testing/fake-job.js";

beforeAll(ensureBuilt);

function job(shards: number, behaviour: Behaviour = {}) {
  const out = temporaryFolder();
  const plan = fakeJob(out, shards, behaviour);
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return { out, plan, shards: all, classifier: "none", workers: 2, threads: 1, program: FAKE_CHILD };
}

describe("scoring in processes", () => {
  it("commits every shard once, in as many processes as asked for", async () => {
    const options = job(7);
    await runShards(options);
    expect(committed(options.out)).toHaveLength(14);
    const tried = attempts(options.out);
    expect(tried.map(({ shard }) => shard).sort()).toEqual(options.shards);
    expect(new Set(tried.map(({ pid }) => pid)).size).toBe(2);
  });

  it("begins with the largest inputs", async () => {
    const options = job(4);
    for (const [shard, bytes] of [5, 1, 9, 5].entries()) options.plan.inputs[shard].bytes = bytes;
    await runShards({ ...options, workers: 1 });
    expect(attempts(options.out).map(({ shard }) => shard)).toEqual([2, 0, 3, 1]);
  });

  it("gives the shard of a killed process to another, and goes on", async () => {
    const options = job(4, { kill: { 1: 2, 3: 1 } });
    await runShards(options);
    expect(committed(options.out)).toHaveLength(8);
    expect(attempts(options.out).filter(({ shard }) => shard === 1)).toHaveLength(3);
  });

  it("names the shard, its input and the signal when a shard kills every process", async () => {
    const options = job(2, { kill: { 1: 99 } });
    const running = runShards({ ...options, retries: 1 });
    await expect(running).rejects.toThrow(/Shard 1 \(synthetic\/1\) ended its process 2 times.*by SIGKILL/);
    await expect(running).rejects.toMatchObject({ name: "UserError" });
  });

  it("goes on however often processes are killed, as long as the shard gets further", async () => {
    const options = job(1, { killAt: { 0: [10, 20, 30, 40, 50, 60] }, steps: 8, stepMs: 250 });
    await runShards({ ...options, retries: 1 });
    expect(attempts(options.out)).toHaveLength(7);
  });

  it("stops with the sentence of a user's mistake, and leaves no process", async () => {
    const options = job(3, { fail: { 0: "synthetic.jsonl has too many bad records." } });
    await expect(runShards(options)).rejects.toMatchObject({
      name: "UserError",
      message: "synthetic.jsonl has too many bad records.",
    });
    for (const { pid } of attempts(options.out)) expect(isAlive(pid)).toBe(false);
  });

  it("keeps the stack of a bug", async () => {
    const options = job(1, { crash: { 0: "index out of range" } });
    const error = await runShards(options).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: "Error", message: "index out of range" });
    expect((error as Error).stack).toContain("fake-child.mjs");
  });

  it("stops when told, keeps what is committed, and a second run does the rest", async () => {
    const options = job(6, { steps: 20 });
    const stopping = new AbortController();
    const running = runShards({ ...options, signal: stopping.signal });
    await until(() => committed(options.out).length >= 2);
    stopping.abort();
    await expect(running).rejects.toThrow("run the same command again");
    for (const { pid } of attempts(options.out)) expect(isAlive(pid)).toBe(false);
    expect(committed(options.out).length).toBeLessThan(12);
    await runShards(options);
    expect(committed(options.out)).toHaveLength(12);
  });

  it("adds up the progress of all processes", async () => {
    const options = job(5, { steps: 50 });
    const updates: ProgressUpdate[] = [];
    await runShards({ ...options, onProgress: (update) => updates.push(update) });
    expect(updates.at(-1)).toMatchObject({ done: 2500, unit: "tokens", detail: "5 of 5 shards" });
    expect(updates.map(({ done }) => done)).toEqual([...updates.map(({ done }) => done)].sort((a, b) => a - b));
  });

  it("refuses a number of processes that is none", async () => {
    for (const workers of [0, -1, 1.5, Number.NaN]) {
      await expect(runShards({ ...job(1), workers })).rejects.toMatchObject({ name: "UserError" });
    }
  });

  it("ends its processes when the parent is killed", async () => {
    const options = job(2, { steps: 1000, stepMs: 20 });
    const script = join(options.out, "parent.mjs");
    const pool = pathToFileURL(join(PACKAGE_ROOT, "dist/filter/run/pool.js"));
    const given = JSON.stringify({ ...options, program: undefined });
    writeFileSync(
      script,
      `import { runShards } from ${JSON.stringify(pool)};
       await runShards({ ...${given}, program: new URL(${JSON.stringify(FAKE_CHILD)}) });`,
    );
    const parent = spawn(process.execPath, [script], { stdio: "ignore" });
    await until(() => attempts(options.out).length === 2);
    parent.kill("SIGKILL");
    await until(() => attempts(options.out).every(({ pid }) => !isAlive(pid)));
    expect(committed(options.out)).toEqual([]);
  });
});
