/**
 * @file A scoring process without a model, for tests of processes and queues: it does what behaviour.json of the job's
 * folder says. It runs in a process of its own, so it imports the built package.
 *
 * behaviour.json: steps and stepMs per shard; kill: { shard: times } dies that often by SIGKILL; killAt: { shard: tokens }
 * dies at these counts, one per attempt; fail: { shard: text }
 * throws a UserError; crash: { shard: text } throws a plain Error. With waits: true nothing is
 * committed before a file named go is there. Every attempt adds a line to attempts.txt, every commit,
 * won or lost, one to commits.txt.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../../dist/base/errors.js";
import { openStore } from "../../../../dist/base/store/index.js";
import { serveShards } from "../../../../dist/filter/run/serve.js";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

serveShards(async ({ out, key, shard, source }, onProgress) => {
  const {
    steps = 3,
    stepMs = 5,
    kill = {},
    killAt = {},
    fail = {},
    crash = {},
    waits = false,
  } = JSON.parse(readFileSync(join(out, "behaviour.json"), "utf8"));
  const store = openStore(out);
  const name = String(shard).padStart(5, "0");
  const input = { source, bytes: 1, sha256: "" };
  const counts = { tokens: steps * 10, rows: 1, documents: 1, empty: 0, bad: 0, textBytes: 1 };
  const record = { shard, key, input, ...counts, files: {} };
  if ((await store.size(`shards/${name}.json`)) !== undefined) return record;
  appendFileSync(join(out, "attempts.txt"), `${shard} ${process.pid}\n`);
  const attempts = readFileSync(join(out, "attempts.txt"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith(`${shard} `)).length;
  for (let step = 1; step <= steps; step++) {
    await sleep(stepMs);
    onProgress({ done: step * 10, unit: "tokens" });
    if (step * 10 === killAt[shard]?.[attempts - 1]) await sleep(50).then(() => process.kill(process.pid, "SIGKILL"));
    if (attempts <= (kill[shard] ?? 0)) process.kill(process.pid, "SIGKILL");
    if (shard in fail) throw new UserError(fail[shard]);
    if (shard in crash) throw new Error(crash[shard]);
  }
  while (waits && !existsSync(join(out, "go"))) await sleep(10);
  await store.write(`shards/${name}.safetensors`, `scores of ${source}\n`);
  const isOurs = await store.create(`shards/${name}.json`, JSON.stringify(record));
  appendFileSync(join(out, "commits.txt"), `${shard} ${isOurs ? "created" : "found"}\n`);
  return record;
});
