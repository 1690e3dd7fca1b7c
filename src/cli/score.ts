/** @file `npx lacuna score`: a corpus of any size, scored once. */
import { availableParallelism } from "node:os";
import { type Command, Option } from "commander";
import { grouped, UserError } from "../base/errors.js";
import type { ProgressUpdate } from "../base/progress.js";
import { countsOf } from "../filter/job/finish.js";
import { JobSettings, losses, readRecord } from "../filter/job/index.js";
import { planFiles, type ScoreFilesOptions, scoreFiles } from "../filter/run/score-files.js";
import { parseShard, shardFromEnvironment } from "../filter/run/shard.js";
import { scoreStage } from "../filter/score-stage.js";
import { compact, describeProgress, liveLine } from "./live.js";
import { showLosses } from "./losses.js";
import { addSchemaOptions, numberOf } from "./options.js";
import { runStageCommand } from "./stage-command.js";
import { textNote } from "./text-notes.js";

interface ScoreFlags extends JobSettings {
  classifier: string;
  out: string;
  tokens?: string;
  workers: number;
  threads: number;
  shard?: string;
  queue?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addScoreCommand(program: Command): void {
  const command = program
    .command("score")
    .summary("Score every token and document of a corpus")
    .description(
      "Scores every token and document of a corpus, once.\nScored once, it can be filtered many times, at any threshold, by any method, for any trainer, in seconds.",
    )
    .argument(
      "[inputs...]",
      "JSONL, Parquet, text or WET files (.gz, .zst), folders, globs, s3://bucket/prefix, hf://datasets/owner/name",
    )
    .requiredOption("--classifier <path>", "classifier (npx lacuna classifier fit)")
    .requiredOption("--out <folder>", "folder or s3://bucket/prefix to make; the same command finds it or goes on")
    .option("--tokens <path>", "score the token shards of npx lacuna tokenize instead of files");
  addSchemaOptions(command, JobSettings)
    .option("--workers <number>", "processes, each with the classifier in memory", numberOf, availableParallelism())
    .option("--threads <number>", "threads of the native runtime in each process", numberOf, 1)
    .option("--shard <I/N>", "do every Nth input from I (0..N-1) on; auto: from the Slurm or Kubernetes environment")
    .addOption(
      new Option("--queue <url>", "redis://host:port of the lacuna workers that do the work").conflicts("shard"),
    )
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--json", "print JSON")
    .addHelpText("after", textNote("score"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna score texts/*.jsonl.zst --classifier runs/demo/classifier --out runs/scored\n  $ npx lacuna score s3://corpus/part-* --classifier runs/demo/classifier --out s3://corpus/scored --shard auto",
    )
    .action(scoreCommand);
}

async function scoreCommand(inputs: string[], flags: ScoreFlags): Promise<void> {
  const { classifier, out, threads, tokens, dryRun, json } = flags;
  if (tokens !== undefined) {
    if (inputs.length > 0) throw new UserError(`Give files to score or --tokens, not both: ${inputs[0]}, ${tokens}.`);
    return runStageCommand(scoreStage, { tokens, classifier, out, threads, dryRun, json });
  }
  if (inputs.length === 0)
    throw new UserError("Give files, folders or globs to score, e.g. npx lacuna score texts/*.jsonl.gz.");
  const part = flags.shard === "auto" ? shardFromEnvironment(process.env) : flags.shard && parseShard(flags.shard);
  if (flags.shard === "auto" && !part) {
    throw new UserError(
      "--shard auto found no array around it: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set. Give --shard I/N.",
    );
  }
  const options: ScoreFilesOptions = {
    inputs,
    classifier,
    out,
    settings: JobSettings.parse(flags),
    workers: flags.workers,
    threads,
    ...(part && { part }),
    ...(flags.queue !== undefined && { queue: flags.queue }),
  };
  if (dryRun) return showPlan(options, json);
  const live = liveLine();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let first: ProgressUpdate | undefined;
  const result = await scoreFiles({
    ...options,
    onProgress: (update) => {
      first ??= update;
      // The rate counts this run, not what earlier ones left.
      const [done, total] = [update.done - first.done, update.total && update.total - first.done];
      live.show(describeProgress("score", { ...update, done, total }, seconds()));
    },
  });
  live.clear();
  const { plan, store, scored, isFinished, missing } = result;
  const records = isFinished
    ? await Promise.all(plan.inputs.map(async (_, shard) => (await readRecord(store, plan, shard))!))
    : [];
  const counts = countsOf(records);
  const lost = losses(plan, records);
  // Finished, and everything in it is right; but whoever reads only the exit status must not take it for the whole corpus.
  if (lost.length > 0) process.exitCode = 1;
  if (json) {
    console.log(
      JSON.stringify({ out, shards: plan.inputs.length, scored, isFinished, missing, counts, losses: lost }, null, 2),
    );
  } else if (!isFinished) {
    console.log(
      `Scored ${scored} of ${plan.inputs.length} shards into ${out} in ${seconds().toFixed(1)} s. ${missing} are still missing: other parts of the array have them. The last to finish completes the job.`,
    );
  } else {
    const rate = scored === plan.inputs.length ? `, ${compact(counts.tokens / seconds())} tokens/s` : "";
    console.log(
      `${scored === 0 ? "Found" : "Scored"} ${out}: ${compact(counts.documents)} documents, ${compact(counts.tokens)} tokens in ${plan.inputs.length} shards (${seconds().toFixed(1)} s${rate}).`,
    );
    if (counts.unfamiliar)
      console.log(
        `Unfamiliar documents: ${grouped(counts.unfamiliar)}. Most of their words are new to the classifier, so their scores are not calibrated.`,
      );
    if (counts.empty > 0) console.log(`Records without a text: ${grouped(counts.empty)}.`);
    if (counts.bad > 0)
      console.log(`${grouped(counts.bad)} bad records were set aside, with reasons, in ${out}/quarantine.`);
    showLosses(lost);
    console.log(`Next: npx lacuna stats ${out}   npx lacuna filter ${out} --method mask --rule f1 --out POLICY`);
  }
}

async function showPlan(options: ScoreFilesOptions, json = false): Promise<void> {
  const { plan, shards } = await planFiles(options);
  const todo = new Set(await shards());
  const bytes = plan.inputs.reduce((sum, input) => sum + input.bytes, 0);
  if (json) {
    console.log(JSON.stringify({ out: options.out, plan, todo: [...todo] }, null, 2));
    return;
  }
  for (const [shard, { uri, bytes: size }] of plan.inputs.entries()) {
    console.log(
      `${String(shard).padStart(5)}  ${todo.has(shard) ? "to do" : "-    "}  ${compact(size).padStart(6)}B  ${uri}`,
    );
  }
  console.log(`${todo.size} of ${plan.inputs.length} shards (${compact(bytes)}B) would be scored into ${options.out}.`);
}
