/**
 * @file Breaks files of every kind at random and reads them: no crash, no hang, no unbounded memory, no loss without a count.
 *
 * Files are a valid one of every kind and those in src/testing/cases, which once went wrong.
 *
 * Usage: node bench/fuzz.mjs [inputs=10000] [seed=1]
 *
 * Inputs are shared out over the readers. Each is read in a worker thread that is ended when one takes longer than
 * LIMIT_SECONDS or the process grows past LIMIT_BYTES; what is printed names reader and seed, which repeat the input.
 * Works on dist/: run `npm run build` first. Exit code 1 when any input crashed, hung, outgrew
 * its memory, or lost a record that no count accounts for (src/corpus/input/fuzz/account.ts).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const LIMIT_SECONDS = 10;
const LIMIT_BYTES = 1.5 * 2 ** 30;

if (isMainThread) await main();
else await work();

/** Reads the inputs it is told to, saying before and after each which. */
async function work() {
  const { attempt } = await import("../dist/corpus/input/fuzz/attempt.js");
  const { name, first, end, folder } = workerData;
  for (let seed = first; seed < end; seed++) {
    parentPort.postMessage({ seed });
    try {
      parentPort.postMessage({ seed, outcome: await attempt(name, seed, folder) });
    } catch (error) {
      parentPort.postMessage({ seed, crash: error?.stack ?? String(error) });
    }
  }
  parentPort.postMessage({ isDone: true });
}

async function main() {
  const [inputs = 10_000, firstSeed = 1] = process.argv.slice(2).map(Number);
  const { fuzzTargets } = await import("../dist/corpus/input/fuzz/attempt.js");
  const names = fuzzTargets();
  const each = Math.ceil(inputs / names.length);
  const folder = mkdtempSync(join(tmpdir(), "lacuna-fuzz-"));
  console.log(
    `${each * names.length} broken inputs, ${each} per reader, seeds ${firstSeed} to ${firstSeed + each - 1}; Node ${process.version}`,
  );
  console.log(`limits per input: ${LIMIT_SECONDS} s, ${LIMIT_BYTES / 2 ** 30} GiB of process memory\n`);
  console.log(
    "file                            whole  cut short  error  documents   empty  bad rows  lost  slowest  peak MiB",
  );
  let failures = 0;
  try {
    for (const name of names) {
      const total = { whole: 0, cut: 0, error: 0, documents: 0, empty: 0, bad: 0, lost: 0, slowest: 0, peak: 0 };
      for (let seed = firstSeed; seed < firstSeed + each; ) {
        const { next, failure } = await run(name, seed, firstSeed + each, folder, total);
        seed = next;
        if (!failure) continue;
        failures++;
        console.log(`  FAILED ${name}, seed ${next - 1}: ${failure}`);
      }
      const { whole, cut, error, documents, empty, bad, lost, slowest, peak } = total;
      const cells = [
        whole,
        cut,
        error,
        documents,
        empty,
        bad,
        lost,
        `${slowest.toFixed(2)} s`,
        (peak / 2 ** 20).toFixed(0),
      ];
      const widths = [7, 11, 7, 11, 8, 10, 6, 9, 10];
      console.log(name.padEnd(30) + cells.map((cell, i) => String(cell).padStart(widths[i])).join(""));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(
    failures ? `\n${failures} inputs failed` : "\nno crash, no hang, memory within bounds, no loss without a count",
  );
  process.exitCode = failures ? 1 : 0;
}

/** Reads inputs in one worker until all are read or one fails. @returns the seed to go on with, and what failed */
function run(name, first, end, folder, total) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { name, first, end, folder } });
  return new Promise((resolve) => {
    let seed = first;
    let started = performance.now();
    const finish = async (next, failure) => {
      clearInterval(watch);
      worker.removeAllListeners();
      await worker.terminate();
      resolve({ next, failure });
    };
    const watch = setInterval(() => {
      const seconds = (performance.now() - started) / 1000;
      const bytes = process.memoryUsage.rss();
      total.peak = Math.max(total.peak, bytes);
      if (seconds > LIMIT_SECONDS) finish(seed + 1, `not read after ${LIMIT_SECONDS} s`);
      else if (bytes > LIMIT_BYTES) finish(seed + 1, `the process grew to ${(bytes / 2 ** 20).toFixed(0)} MiB`);
    }, 50);
    worker.on("error", (error) => finish(seed + 1, `the worker died: ${error.message}`));
    worker.on("message", (message) => {
      if (message.isDone) return finish(end);
      if (message.crash) return finish(message.seed + 1, message.crash);
      if (!message.outcome) {
        seed = message.seed;
        started = performance.now();
        return;
      }
      total.slowest = Math.max(total.slowest, (performance.now() - started) / 1000);
      const { documents, empty, bad, lost, isCutShort, error } = message.outcome;
      if (error) total.error++;
      else if (isCutShort) total.cut++;
      else total.whole++;
      total.documents += documents;
      total.empty += empty;
      total.bad += bad;
      total.lost += lost;
    });
  });
}
