/**
 * Makes artifacts again, killed with SIGKILL at random moments and resumed each time, and checks that they end with the
 * bytes of the ones given. Any stage's artifact will do, its inputs must still be where they were. After a build:
 *
 *     node bench/kill-stage.mjs KILLS ARTIFACT... [--folder=runs/kill-stage]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { random } from "../dist/base/random.js";

const args = process.argv.slice(2);
const folder = args.find((arg) => arg.startsWith("--folder="))?.slice(9) ?? "runs/kill-stage";
const [kills, ...artifacts] = args.filter((arg) => !arg.startsWith("--"));
if (artifacts.length === 0)
  throw new Error("Give a number of kills and artifacts: node bench/kill-stage.mjs 5 runs/...");
const draw = random(1, "bench:kill-stage");
const RUNNER = new URL("lib/run-stage.mjs", import.meta.url).pathname;
const manifestOf = (path) => JSON.parse(readFileSync(join(path, "manifest.json"), "utf8"));

/** @returns whether it was killed */
async function attempt({ stage, options }, out, seconds) {
  const child = spawn(process.execPath, [RUNNER, stage, JSON.stringify(options), out], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const timer = seconds === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), 1000 * seconds);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  if (signal === "SIGKILL") return true;
  if (code !== 0) throw new Error(`${stage} ended with ${signal ?? code}`);
  return false;
}

for (const artifact of artifacts) {
  const manifest = manifestOf(artifact);
  const out = join(folder, basename(artifact));
  for (const left of [out, `${out}.partial`]) rmSync(left, { recursive: true, force: true });
  let done = 0;
  // Each life is long enough to get somewhere: about a few lives to the end.
  while (done < Number(kills) && (await attempt(manifest, out, 1 + (0.2 + 0.6 * draw.uniform()) * manifest.seconds)))
    done++;
  await attempt(manifest, out);
  const made = manifestOf(out);
  const isEqual =
    made.fingerprint === manifest.fingerprint && JSON.stringify(made.outputs) === JSON.stringify(manifest.outputs);
  console.log(`${basename(artifact).padEnd(44)} ${done} kills, ${isEqual ? "same bytes" : "DIFFERENT BYTES"}`);
  if (!isEqual) process.exitCode = 1;
}
