/**
 * Scores the same files in four ways (one process; two; a static array of seven; a Redis queue whose workers are killed
 * at random), checks that the results are equal byte for byte, that `npx lacuna verify` passes on each, and that it fails
 * when one byte, one shard or one manifest is changed. Needs redis-server on PATH for the fourth. After a build:
 *
 *     node bench/ways.mjs CLASSIFIER INPUT [folder=runs/ways] [seed=1]
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../dist/base/random.js";
import { descendants, difference, run, start, treeOf } from "./lib/lacuna.mjs";

const [classifier, input, folder = "runs/ways", seed = "1"] = process.argv.slice(2);
if (!input) throw new Error("Give a classifier and an input: node bench/ways.mjs CLASSIFIER INPUT");
const draw = random(Number(seed), "bench:ways");
const out = (name) => join(folder, name);
const scoreArgs = (name) => ["score", input, "--classifier", classifier, "--out", out(name)];
const trees = new Map();

async function way(name, work) {
  rmSync(out(name), { recursive: true, force: true });
  const started = performance.now();
  const note = await work();
  const seconds = (performance.now() - started) / 1000;
  const printed = await run(["verify", out(name)]);
  trees.set(name, await treeOf(out(name)));
  console.log(
    `${name.padEnd(10)} ${seconds.toFixed(0).padStart(5)} s  ${note ?? ""}\n           ${printed.trim().split("\n").at(-1)}`,
  );
}

mkdirSync(folder, { recursive: true });
await way("one", () => run([...scoreArgs("one"), "--workers", "1"]).then(lastLine));
await way("two", () => run([...scoreArgs("two"), "--workers", "2"]).then(lastLine));
await way("array", async () => {
  // Two machines' worth at a time, in shuffled order, as a scheduler might.
  const tasks = Array.from(draw.permutation(7));
  const machine = async () => {
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
      await run([...scoreArgs("array"), "--workers", "1", "--shard", `${task}/7`]);
    }
  };
  await Promise.all([machine(), machine()]);
  return "7 tasks, two at a time";
});
await way("queue", queueWay);

const [first, ...others] = [...trees.keys()];
let isEqual = true;
for (const name of others) {
  const differing = difference(trees.get(first), trees.get(name));
  isEqual &&= differing.length === 0;
  console.log(
    `${first} and ${name}: ${differing.length === 0 ? `${trees.get(first).size} files equal byte for byte` : `DIFFER in ${differing.join(", ")}`}`,
  );
}
const caught = await tamper();
process.exit(isEqual && caught ? 0 : 1);

/** Workers die at random and are started again until the job is done. */
async function queueWay() {
  const data = mkdtempSync(join(tmpdir(), "lacuna-redis-"));
  const port = String(20_000 + Math.floor(draw.uniform() * 20_000));
  const redis = spawn("redis-server", ["--port", port, "--bind", "127.0.0.1", "--dir", data, "--save", ""], {
    stdio: "ignore",
  });
  const url = `redis://127.0.0.1:${port}`;
  await new Promise((resolve) => setTimeout(resolve, 500));
  let isDone = false;
  let kills = 0;
  let childKills = 0;
  const keepWorking = async () => {
    while (!isDone) {
      const worker = start(["worker", "--queue", url, "--classifier", classifier, "--workers", "1"]);
      const timer = setTimeout(
        () => {
          // Now the whole worker, now only the process that scores.
          if (draw.uniform() < 0.5) {
            kills++;
            worker.kill();
          } else {
            for (const pid of descendants(worker.child.pid)) {
              childKills++;
              process.kill(pid, "SIGKILL");
            }
          }
        },
        15_000 + draw.uniform() * 45_000,
      );
      const stop = setInterval(() => isDone && worker.kill("SIGTERM"), 200);
      await worker.ended;
      clearTimeout(timer);
      clearInterval(stop);
    }
  };
  const workers = [keepWorking(), keepWorking()];
  try {
    await run([...scoreArgs("queue"), "--queue", url]);
  } finally {
    isDone = true;
    await Promise.all(workers);
    redis.kill();
    rmSync(data, { recursive: true, force: true });
  }
  return `${kills} workers and ${childKills} scoring processes killed`;
}

/** One byte, one shard, one manifest: each must be noticed. */
async function tamper() {
  const copy = out("tampered");
  const changes = {
    "one byte of a score shard": (name) => name.endsWith(".safetensors"),
    "one byte of a shard's record": (name) => /shards.*\.json$/.test(name),
    "one byte of the manifest": (name) => name === "manifest.json",
    "one byte of the plan": (name) => name === "job.json",
  };
  let allCaught = true;
  const attempt = async (what, change) => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(out("one"), copy, { recursive: true });
    change();
    const { code, output } = await start(["verify", copy]).ended;
    allCaught &&= code === 1 || code === 2;
    console.log(`${what}: exit ${code}, "${output.trim().split("\n")[0]}"`);
  };
  for (const [what, matches] of Object.entries(changes)) {
    await attempt(what, () => {
      const names = readdirSync(copy, { recursive: true }).filter(matches);
      const path = join(copy, names[draw.integer(names.length)]);
      const bytes = readFileSync(path);
      bytes[draw.integer(bytes.length)] ^= 1 << draw.integer(8);
      writeFileSync(path, bytes);
    });
  }
  for (const pattern of [/safetensors$/, /shards.*\.json$/, /^manifest/]) {
    await attempt(`without ${pattern}`, () => {
      const [name] = readdirSync(copy, { recursive: true }).filter((path) => pattern.test(path));
      rmSync(join(copy, name));
    });
  }
  await attempt("a shard in another's place", () => {
    if (!existsSync(join(copy, "shards/00001.safetensors"))) return;
    cpSync(join(copy, "shards/00001.safetensors"), join(copy, "shards/00000.safetensors"));
  });
  rmSync(copy, { recursive: true, force: true });
  return allCaught;
}

function lastLine(output) {
  return output.trim().split("\n")[0];
}
