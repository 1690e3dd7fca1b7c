/**
 * Kills a smoke study with SIGKILL at random moments, again and again, and checks that what it ends with equals, byte for
 * byte, what an uninterrupted study gives. Run it from the package's root after a build:
 *
 *     node bench/kill.mjs [kills=20] [seed=1] [folder=runs/kill]
 */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { random } from "../dist/base/random.js";

const [kills = "20", seed = "1", folder = "runs/kill"] = process.argv.slice(2);
const draw = random(Number(seed), "bench:kill");
/** Longest life of a run that will be killed, in seconds. */
const LONGEST = 8;

function study(out) {
  const child = spawn(process.execPath, ["dist/cli/main.js", "study", "--budget", "smoke", "--out", out], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
  return { child, ended };
}

async function finish(out) {
  const { code } = await study(out).ended;
  if (code !== 0) throw new Error(`The study in ${out} ended with code ${code}.`);
}

rmSync(folder, { recursive: true, force: true });
let survived = 0;
for (let kill = 1; kill <= Number(kills); kill++) {
  const { child, ended } = study(`${folder}/interrupted`);
  const seconds = 0.5 + draw.uniform() * LONGEST;
  const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
  const { signal } = await ended;
  clearTimeout(timer);
  if (signal !== "SIGKILL") survived++;
  console.log(
    `${String(kill).padStart(3)}  killed after ${seconds.toFixed(1)} s${signal === "SIGKILL" ? "" : " (it had ended)"}`,
  );
}
await finish(`${folder}/interrupted`);
await finish(`${folder}/uninterrupted`);
const [interrupted, uninterrupted] = ["interrupted", "uninterrupted"].map((name) =>
  readFileSync(`${folder}/${name}/results.json`),
);
const isEqual = interrupted.equals(uninterrupted);
console.log(
  `${Number(kills) - survived} kills; results.json (${uninterrupted.length} bytes) ${isEqual ? "is equal, byte for byte" : "DIFFERS"}`,
);
process.exit(isEqual ? 0 : 1);
