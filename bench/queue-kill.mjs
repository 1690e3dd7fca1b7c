/**
 * Scores files by a Redis queue into an S3 bucket while everything fails: workers and their scoring processes are killed,
 * Redis is killed and started again, connections to S3 are cut. Then compares every object with what one process on this
 * machine writes into a folder. Needs redis-server on PATH and moto (pip install "moto[server]"; LACUNA_PYTHON names the
 * Python that has it). After a build:
 *
 *     node bench/queue-kill.mjs CLASSIFIER INPUT [folder=runs/queue-kill] [seed=1] [meanSeconds=8]
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { random } from "../dist/base/random.js";
import { openStore } from "../dist/base/store/index.js";
import { descendants, difference, run, start, treeOf } from "./lib/lacuna.mjs";

const [classifier, input, folder = "runs/queue-kill", seed = "1", meanSeconds = "8"] = process.argv.slice(2);
if (!input) throw new Error("Give a classifier and an input: node bench/queue-kill.mjs CLASSIFIER INPUT");
const draw = random(Number(seed), "bench:queue-kill");
const between = (low, high) => low + (high - low) * draw.uniform();
const data = mkdtempSync(join(tmpdir(), "lacuna-queue-kill-"));
const counts = { workers: 0, processes: 0, redis: 0, connections: 0 };
const [redisPort, s3Port] = [await freePort(), await freePort()];
const queue = `redis://127.0.0.1:${redisPort}`;
const uri = "s3://synthetic-bucket/scored";
let isDone = false;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
/** Short parts, so that shards are resumed in their middle. */
const job = [input, "--classifier", classifier, "--part-tokens", "20000"];
await run(["score", ...job, "--out", join(folder, "one"), "--workers", "1"]);

const python = process.env.LACUNA_PYTHON ?? "python3";
const s3 = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(s3Port)], { stdio: "ignore" });
let redis = await startRedis();
await listening(s3Port);
const proxy = await cuttingProxy(s3Port);
const direct = `http://127.0.0.1:${s3Port}`;
const keys = { AWS_ACCESS_KEY_ID: "synthetic", AWS_SECRET_ACCESS_KEY: "synthetic", AWS_REGION: "us-east-1" };
Object.assign(process.env, keys, { AWS_ENDPOINT_URL: direct, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "1" });
const cut = { AWS_ENDPOINT_URL: `http://127.0.0.1:${proxy.port}` };
await new S3Client({ endpoint: direct, forcePathStyle: true }).send(
  new CreateBucketCommand({ Bucket: "synthetic-bucket" }),
);

const started = performance.now();
const going = [keepWorking(), keepWorking(), keepKillingRedis()];
let isEqual = false;
try {
  await run(["score", ...job, "--out", uri, "--queue", queue], { env: cut });
  const seconds = (performance.now() - started) / 1000;
  isDone = true;
  await Promise.all(going);
  console.log((await run(["verify", uri])).trim().split("\n").at(-1));
  const differing = difference(await treeOf(join(folder, "one")), await treeOfStore(uri));
  isEqual = differing.length === 0;
  console.log(
    `${seconds.toFixed(0)} s; killed: ${counts.workers} workers, ${counts.processes} scoring processes, ${counts.redis} times Redis; ${counts.connections} connections to S3 cut.`,
  );
  console.log(isEqual ? "Equal byte for byte to what one process wrote." : `DIFFER in ${differing.join(", ")}`);
} finally {
  isDone = true;
  await Promise.all(going);
  redis.kill("SIGKILL");
  s3.kill("SIGKILL");
  rmSync(data, { recursive: true, force: true });
}
process.exit(isEqual ? 0 : 1);

/** A worker is always there; now it is killed, now only the process that scores for it. */
async function keepWorking() {
  while (!isDone) {
    const worker = start(["worker", "--queue", queue, "--lock-seconds", "3", "--workers", "1"], { env: cut });
    const timer = setTimeout(
      () => {
        const scoring = draw.uniform() < 0.5 ? [] : descendants(worker.child.pid);
        if (scoring.length === 0) {
          counts.workers++;
          worker.kill();
        }
        for (const pid of scoring) {
          counts.processes++;
          process.kill(pid, "SIGKILL");
        }
      },
      between(0.5, 1.5) * Number(meanSeconds) * 1000,
    );
    const stop = setInterval(() => isDone && worker.kill("SIGTERM"), 200);
    await worker.ended;
    clearTimeout(timer);
    clearInterval(stop);
  }
}

async function keepKillingRedis() {
  while (!isDone) {
    for (let waited = 0, most = between(2, 4) * Number(meanSeconds); waited < most && !isDone; waited += 0.2)
      await sleep(200);
    if (isDone) return;
    counts.redis++;
    redis.kill("SIGKILL");
    await sleep(between(500, 3000));
    redis = await startRedis();
  }
}

async function startRedis() {
  const settings = ["--dir", data, "--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const server = spawn("redis-server", ["--port", String(redisPort), "--bind", "127.0.0.1", ...settings], {
    stdio: "ignore",
  });
  await listening(redisPort);
  return server;
}

/** Carries connections to a port of this machine, and cuts half of them, after a random number of bytes. */
async function cuttingProxy(target) {
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    let left = draw.uniform() < 1 / 2 ? between(1, 100_000) : Infinity;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      from.on("data", (chunk) => {
        left -= chunk.length;
        if (left > 0) return to.write(chunk);
        if (!client.destroyed) counts.connections++;
        end();
      });
      from.on("error", end);
      from.on("close", () => to.destroySoon());
    }
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port };
}

/** As `treeOf`, of a store. */
async function treeOfStore(address) {
  const store = openStore(address);
  const tree = new Map();
  for (const name of await store.list("")) {
    const bytes = await store.read(name);
    tree.set(name, `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`);
  }
  return tree;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port) {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const answers = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (answers) return;
    await sleep(50);
  }
}
