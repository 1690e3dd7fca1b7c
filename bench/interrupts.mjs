/**
 * Interrupts a smoke study at random moments, again and again, each time going on with what the last run left, and checks
 * that every interrupted run ends with exit code 130 and says nothing of a crash. A study that comes to its end is begun
 * anew. Moments are drawn up to `longest` seconds after the study's first word: on a slow machine give more, so that the
 * steps that train are reached. After a build, from the package's root:
 *
 *     node bench/interrupts.mjs [interruptions=30] [longest=12] [seed=1] [signal=SIGINT] [folder=runs/interrupts]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { random } from "../dist/base/random.js";
import { MAIN } from "./lib/lacuna.mjs";

const [count = "30", longestLife = "12", seed = "1", signal = "SIGINT", folder = "runs/interrupts"] =
  process.argv.slice(2);
const CODES = { SIGINT: 130, SIGTERM: 143 };
const draw = random(Number(seed), "bench:interrupts");
/** Finished steps of the study. */
function finished() {
  const steps = join(folder, "steps");
  return existsSync(steps)
    ? readdirSync(steps).filter((name) => existsSync(join(steps, name, "manifest.json"))).length
    : 0;
}

/** One run, interrupted so many seconds after it began to work. @returns how it ended, and how long that took */
async function interrupted(seconds) {
  const child = spawn(process.execPath, [MAIN, "study", "--budget", "smoke", "--out", folder], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  let at;
  child.stderr.on("data", (chunk) => {
    if (said === "") {
      setTimeout(() => {
        at = performance.now();
        child.kill(signal);
      }, seconds * 1000).unref();
    }
    said += chunk;
  });
  const [code, by] = await ended;
  return { code, by, said, wasInterrupted: at !== undefined, took: at && (performance.now() - at) / 1000 };
}

rmSync(folder, { recursive: true, force: true });
const wrong = [];
let longest = 0;
for (let done = 0; done < Number(count); ) {
  const seconds = draw.uniform() * Number(longestLife);
  const { code, by, said, wasInterrupted, took } = await interrupted(seconds);
  if (!wasInterrupted && code === 0) {
    console.log("     the study ended first; begun anew");
    rmSync(folder, { recursive: true, force: true });
    continue;
  }
  done++;
  longest = Math.max(longest, took ?? 0);
  const isRight = code === CODES[signal] && !/terminate called|Error|bug/.test(said);
  if (!isRight) wrong.push(said);
  console.log(
    `${String(done).padStart(3)}  ${signal} after ${seconds.toFixed(1)} s: ${by ?? `exit ${code}`} in ${took?.toFixed(2)} s, ${finished()} steps finished${isRight ? "" : "  WRONG"}`,
  );
}
for (const said of wrong) console.error(said.slice(-1500));
console.log(
  `${count} interruptions, ${wrong.length} ended otherwise than with ${CODES[signal]}; the slowest end took ${longest.toFixed(2)} s`,
);
process.exit(wrong.length > 0 ? 1 : 0);
