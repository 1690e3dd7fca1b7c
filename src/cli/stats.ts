/** @file `npx lacuna stats`: what a scoring job holds, on one screen. Drawing it is stats-text.ts. */
import type { Command } from "commander";
import { losses, openScored } from "../filter/job/index.js";
import { jobStats } from "../filter/stats/index.js";
import { describeProgress, liveLine } from "./live.js";
import { showLosses } from "./losses.js";
import { countOf, shareOf } from "./options.js";
import { renderStats } from "./stats-text.js";
import { paintFor } from "./terminal.js";

export function addStatsCommand(program: Command): void {
  program
    .command("stats")
    .summary("Show what a scoring job holds: sources, scores, what thresholds would take")
    .description(
      "Shows what a scoring job holds: rates by source, score histograms, and what each threshold would take.\nLook here before choosing a policy; only scores are read.",
    )
    .argument("<scores>", "finished scoring job, a folder or s3://bucket/prefix")
    .option("--threshold <number>", "tokens and documents at or above it count as forget (default: best F1)", shareOf)
    .option("--sources <number>", "sources to list, the largest first", countOf, 20)
    .option("--json", "print JSON, with all sources and full histograms")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna stats runs/scored\n  $ npx lacuna stats s3://corpus/scored --json",
    )
    .action(statsCommand);
}

async function statsCommand(
  scores: string,
  { threshold, sources, json }: { threshold?: number; sources: number; json?: boolean },
): Promise<void> {
  const job = await openScored(scores);
  const live = liveLine();
  const started = performance.now();
  const stats = await jobStats(job, {
    threshold,
    progress: (update) => live.show(describeProgress("stats", update, (performance.now() - started) / 1000)),
  });
  live.clear();
  showLosses(losses(job.plan, job.records));
  console.log(json ? JSON.stringify(stats, null, 2) : renderStats(stats, { paint: paintFor(), sources }));
}
