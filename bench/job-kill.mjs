/**
 * Kills scoring jobs with SIGKILL (parent and children at once) at random moments, runs them again until they finish,
 * and checks: nothing partial is ever visible under a final name, and the result equals an uninterrupted one byte for
 * byte. Then a full disk and a read-only folder (needs root, for small file systems in memory). After a build:
 *
 *     node bench/job-kill.mjs CLASSIFIER INPUT [kills=100] [seed=1] [folder=runs/job-kill]
 *
 * Some kills wait for a moment that random ones rarely hit (a temporary file there, a shard without its record); what each
 * found is counted.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { random } from "../dist/base/random.js";
import { readSafetensors } from "../dist/base/safetensors.js";
import { difference, run, start, treeOf } from "./lib/lacuna.mjs";

const [classifier, input, kills = "100", seed = "1", folder = "runs/job-kill"] = process.argv.slice(2);
if (!input) throw new Error("Give a classifier and an input: node bench/job-kill.mjs CLASSIFIER INPUT");
const draw = random(Number(seed), "bench:job-kill");
const args = (out) => [
  "score",
  input,
  "--classifier",
  classifier,
  "--part-tokens",
  "3000",
  "--workers",
  "2",
  "--out",
  out,
];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const whole = join(folder, "whole");
const begun = performance.now();
await run(args(whole));
const seconds = (performance.now() - begun) / 1000;
await run(["verify", whole]);
const expected = await treeOf(whole);
console.log(`uninterrupted: ${seconds.toFixed(1)} s, ${expected.size} files`);

/** When to kill: at a random moment, or as soon as the folder looks so. */
const MOMENTS = {
  "at a random moment": undefined,
  "while something is being written": (names) => names.some((name) => /^\.tmp\/./.test(name)),
  "after a shard, before its record": (names) =>
    names.some(
      (name) => /^shards.*\.safetensors$/.test(name) && !names.includes(name.replace(".safetensors", ".json")),
    ),
  "as a record appears": (names, before) => count(names, /^shards.*\.json$/) > count(before, /^shards.*\.json$/),
  "as the manifest appears": (names) => names.includes("manifest.json"),
};

let done = 0;
let jobs = 0;
const hits = new Map();
while (done < Number(kills)) {
  const out = join(folder, `job-${++jobs}`);
  for (let isFinished = false; !isFinished; ) {
    const before = namesIn(out);
    const [moment, isNow] = Object.entries(MOMENTS)[draw.integer(Object.keys(MOMENTS).length)];
    const job = start(args(out));
    // Not before a random moment either, so that a moment is not always the first of its kind.
    const notBefore = performance.now() + 1000 * (0.25 + draw.uniform() * seconds * (isNow ? 0.5 : 0.9));
    const timer = setInterval(() => {
      if (performance.now() >= notBefore && (!isNow || isNow(namesIn(out), before))) job.kill();
    }, 1);
    const { code, signal, output } = await job.ended;
    clearInterval(timer);
    job.kill(); // children, should any have outlived it
    if (signal === "SIGKILL") {
      done++;
      const hit = `${moment}: ${inspect(out)}`;
      hits.set(hit, (hits.get(hit) ?? 0) + 1);
    } else if (code !== 0) throw new Error(`A run ended with ${code}: ${output}`);
    isFinished = code === 0;
  }
  const differing = difference(expected, await treeOf(out));
  if (differing.length > 0) throw new Error(`Job ${jobs} differs from the uninterrupted one: ${differing.join(", ")}`);
  rmSync(out, { recursive: true });
}
console.log(`${done} kills in ${jobs} jobs; every result equal byte for byte; nothing partial under a final name.`);
for (const [hit, times] of [...hits].sort()) console.log(`  ${String(times).padStart(3)} killed ${hit}`);
if (process.getuid?.() === 0) await faults();
else console.log("Not root: a full disk and a read-only folder were not tried.");

function namesIn(out) {
  try {
    return readdirSync(out, { recursive: true });
  } catch {
    return []; // not there yet, or changing under our eyes
  }
}

function count(names, pattern) {
  return names.filter((name) => pattern.test(name)).length;
}

/** Throws if anything under a final name is not whole; says how far the job had come. */
function inspect(out) {
  const names = namesIn(out);
  for (const name of names) {
    const path = join(out, name);
    if (name.startsWith(".tmp")) continue;
    if (name.endsWith(".safetensors")) readSafetensors(path);
    else if (name.endsWith(".json")) JSON.parse(readFileSync(path, "utf8"));
    else if (name.endsWith(".jsonl"))
      for (const line of readFileSync(path, "utf8").trim().split("\n")) JSON.parse(line);
  }
  const has = (pattern) => names.some((name) => pattern.test(name));
  const shards = names.filter((name) => /^shards.*\.json$/.test(name)).length;
  if (has(/^manifest/)) return "the manifest was there";
  if (has(/^\.tmp\/./)) return "a temporary file was left";
  const uncommitted = names.filter((name) => /^shards.*\.safetensors$/.test(name)).length - shards;
  if (uncommitted > 0) return "a shard had no record yet";
  if (!has(/^job/)) return "there was no plan yet";
  return has(/^parts.*\.safetensors$/) ? "parts were there" : "only whole shards were there";
}

async function faults() {
  const mount = join(folder, "small");
  mkdirSync(mount);
  const system = (...command) => {
    const { status, stderr } = spawnSync(command[0], command.slice(1), { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  };
  system("mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", mount);
  try {
    const out = join(mount, "job");
    const full = await start(args(out)).ended;
    console.log(`full disk: exit ${full.code}, "${full.output.trim().split("\n").at(-1)}"`);
    if (full.code !== 2 || !/full/.test(full.output)) throw new Error(full.output);
    inspect(out);
    system("mount", "-o", "remount,size=200m", mount);
    system("mount", "-o", "remount,ro", mount);
    const readOnly = await start(args(out)).ended;
    console.log(`read-only: exit ${readOnly.code}, "${readOnly.output.trim().split("\n").at(-1)}"`);
    if (readOnly.code !== 2 || !/read-only/.test(readOnly.output)) throw new Error(readOnly.output);
    system("mount", "-o", "remount,rw", mount);
    await run(args(out));
    const differing = difference(expected, await treeOf(out));
    if (differing.length > 0) throw new Error(`After both: differs in ${differing.join(", ")}`);
    console.log("after both: finished, equal byte for byte");
  } finally {
    system("umount", mount);
  }
}
