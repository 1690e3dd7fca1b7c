/** @file `npx lacuna worker`: takes shards from a queue and scores them. */
import { availableParallelism, hostname } from "node:os";
import type { Command } from "commander";
import type { WorkerEvent } from "../filter/run/worker.js";
import { clock, compact, describeProgress, liveLine } from "./live.js";
import { numberOf } from "./options.js";
import { onEndingSignal } from "./signals.js";

interface WorkerFlags {
  queue: string;
  classifier?: string;
  workers: number;
  threads: number;
  lockSeconds: number;
  once?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addWorkerCommand(program: Command): void {
  program
    .command("worker")
    .summary("Score shards that a queue hands out")
    .description(
      "Takes shards from a queue and scores them, until stopped; start as many as there are machines, whenever.\nA corpus is scored by machines that come and go: what a killed worker had is continued by another.",
    )
    .requiredOption("--queue <url>", "redis://host:port, where npx lacuna score --queue puts shards (Redis or Valkey)")
    .option("--classifier <path>", "the classifier on this machine (default: where npx lacuna score was given it)")
    .option("--workers <number>", "shards at a time, each in a process of its own", numberOf, availableParallelism())
    .option("--threads <number>", "threads of the native runtime in each process", numberOf, 1)
    .option("--lock-seconds <number>", "a worker not heard of for so long loses its shards to others", numberOf, 30)
    .option("--once", "end when the queue is empty and nobody is at work")
    .option("--dry-run", "say what is in the queue, and do nothing")
    .option("--json", "print JSON: one line per event")
    .addHelpText(
      "after",
      "\nStop it with Ctrl-C or SIGTERM: shards at work go back to the queue at their last checkpoint.\n\nExamples:\n  $ npx lacuna worker --queue redis://localhost:6379\n  $ npx lacuna worker --queue rediss://user:password@queue.example:6380 --classifier /models/medicine --workers 8 --once",
    )
    .action(workerCommand);
}

async function workerCommand(flags: WorkerFlags): Promise<void> {
  const { queueCounts, runWorker } = await import("../filter/run/worker.js");
  if (flags.dryRun) {
    const counts = await queueCounts(flags.queue);
    console.log(
      flags.json
        ? JSON.stringify(counts, null, 2)
        : `${counts.waiting} shards wait, ${counts.active} are at work, ${counts.delayed} wait for another attempt, ${counts.failed} failed; ${counts.workers} workers listen.`,
    );
    return;
  }
  const stopping = stopSignal();
  const show = flags.json ? (event: WorkerEvent) => console.log(JSON.stringify(event)) : eventPrinter();
  const { shards, tokens } = await runWorker({
    queue: flags.queue,
    ...(flags.classifier !== undefined && { classifier: flags.classifier }),
    workers: flags.workers,
    threads: flags.threads,
    lockMs: flags.lockSeconds * 1000,
    ...(flags.once && { once: true }),
    signal: stopping,
    onEvent: show,
  });
  if (flags.json) console.log(JSON.stringify({ type: "ended", shards, tokens }));
  else console.log(`${hostname()} scored ${shards} shards, ${compact(tokens)} tokens.`);
}

/** Aborted by the first SIGINT or SIGTERM; a second ends the process at once, and nothing is lost by that either. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  onEndingSignal((signal) => {
    console.error(`\n${signal}: handing back the shards at work. Again to end at once.`);
    stopping.abort();
  });
  return stopping.signal;
}

/** Trouble with the connection is repeated by every attempt to reconnect; it is shown this often at most. */
const TROUBLE_EVERY_MS = 30_000;

function eventPrinter(): (event: WorkerEvent) => void {
  const live = liveLine();
  const started = performance.now();
  const running = new Map<string, number>();
  let finished = 0;
  let tokensDone = 0;
  let lastTrouble = -TROUBLE_EVERY_MS;
  const nameOf = (event: Exclude<WorkerEvent, { type: "listening" | "trouble" }>) =>
    `shard ${event.shard.shard} (${event.shard.source})`;
  return (event) => {
    const now = performance.now();
    if (event.type === "listening") live.print(`Listening to ${event.queue}.`);
    else if (event.type === "trouble") {
      if (now - lastTrouble < TROUBLE_EVERY_MS) return;
      lastTrouble = now;
      live.print(`Trouble with the queue: ${event.message}. Trying on.`);
    } else {
      const id = `${event.shard.key} ${event.shard.shard}`;
      running.delete(id);
      if (event.type === "progress") running.set(id, event.tokens);
      if (event.type === "committed") {
        finished++;
        tokensDone += event.tokens;
        live.print(`${clock((now - started) / 1000)} committed ${nameOf(event)}: ${compact(event.tokens)} tokens`);
      }
      if (event.type === "failed") {
        live.print(`Failed: ${nameOf(event)}. ${event.reason}${event.willRetry ? " It will be tried again." : ""}`);
      }
      if (event.type === "handed back") live.print(`Handed back ${nameOf(event)}.`);
      const done = [...running.values()].reduce((sum, tokens) => sum + tokens, tokensDone);
      const detail = `${finished} shards done, ${running.size} at work`;
      live.show(describeProgress("worker", { done, unit: "tokens", detail }, (now - started) / 1000));
    }
  };
}
