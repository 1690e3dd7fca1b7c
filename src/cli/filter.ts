/**
 * @file `npx lacuna filter`: policies over a scoring job, or (with --tokens) the study's stage over token shards.
 *
 * Neither reads a model. A job's policies are for `npx lacuna export`, a stage's policy for `npx lacuna pretrain`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { PLACE_TEXT } from "../base/place.js";
import { FilterOptions, filterStage } from "../filter/index.js";
import {
  filterScored,
  GivenFilter,
  GivenPolicies,
  GivenPolicy,
  type PoliciesFile,
  previewFilter,
} from "../filter/policies/index.js";
import { describeFilter, throughput } from "./filter-text.js";
import { describeProgress, liveLine } from "./live.js";
import { showLosses } from "./losses.js";
import { addSchemaOptions, numberOf } from "./options.js";
import { runStageCommand } from "./stage-command.js";

/** Options that only the stage over token shards knows, and only the jobs. */
const STAGE_ONLY = ["labels", "on", "startAt"] as const;
const JOB_ONLY = ["exempt", "topUp", "seed", "policies"] as const;
/** Options of one policy. */
const POLICY = Object.keys(GivenPolicy.omit({ scores: true }).shape);

interface Flags extends Record<string, unknown> {
  scores?: string;
  tokens?: string;
  policies?: string;
  out: string;
  threads: number;
  dryRun?: boolean;
  json?: boolean;
}

export function addFilterCommand(program: Command): void {
  const command = program
    .command("filter")
    .summary("Turn scores into policies: method and threshold, with what they filter")
    .description(
      "Turns scores into policies: which tokens or documents are forget, and what becomes of them.\nScores are read, models are not: try as many policies as you like, in seconds.",
    )
    .argument("[scores]", "finished scoring job (npx lacuna score INPUT...), a folder or s3://bucket/prefix")
    .requiredOption("--out <folder>", "folder to make; the same command finds it finished");
  addSchemaOptions(command, GivenPolicy.omit({ scores: true }).partial({ method: true }), ["exempt"]);
  command.option(
    "--policies <path>",
    'JSON list of several domains: [{"scores": ..., "method": ..., "share": ...}, ...]',
  );
  addSchemaOptions(command, GivenFilter.omit({ policies: true }));
  command.optionsGroup("For npx lacuna pretrain, over token shards (npx lacuna score --tokens):");
  addSchemaOptions(command, FilterOptions.pick({ scores: true, tokens: true }).partial(), ["scores", "tokens"]);
  addSchemaOptions(command, FilterOptions.pick({ labels: true, on: true, startAt: true }), ["labels"]);
  command.addOption(new Option("--threads <number>").argParser(numberOf).default(1).hideHelp());
  command
    .optionsGroup("Other:")
    .option("--dry-run", "say what would be filtered, and write nothing")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna filter runs/scored --method mask --share 0.1 --out runs/mask\n  $ npx lacuna filter --policies domains.json --top-up repeat --out runs/both\n  $ npx lacuna filter --scores runs/demo/scores --tokens runs/demo/tokens --method mask --rule f1 --out runs/demo/mask",
    )
    .action((scores: string | undefined, flags: Flags) => filterCommand(command, scores, flags));
}

async function filterCommand(command: Command, scores: string | undefined, flags: Flags): Promise<void> {
  const given = (names: readonly string[]) => names.filter((name) => command.getOptionValueSource(name) === "cli");
  if (flags.tokens !== undefined) {
    refuse(given(JOB_ONLY), "is for scoring jobs; leave it out, or leave out --tokens");
    const known = Object.keys(FilterOptions.shape);
    const options = Object.fromEntries(Object.entries(flags).filter(([name]) => known.includes(name)));
    const { out, threads, dryRun, json } = flags;
    return runStageCommand(filterStage as never, {
      ...options,
      scores: scores ?? flags.scores,
      out,
      threads,
      dryRun,
      json,
    });
  }
  refuse(given(STAGE_ONLY), "is for policies over token shards; leave it out, or give --tokens");
  const policies = policiesOf(scores ?? flags.scores, flags, given(POLICY));
  const options = { policies, topUp: flags.topUp as never, seed: flags.seed as never };
  const live = liveLine();
  const meter = throughput();
  const progress = (update: { done: number; unit: string; total?: number; detail?: string }) => {
    meter.add(update.done);
    live.show(describeProgress("filter", update, meter.seconds()));
  };
  if (flags.dryRun) {
    const file = await previewFilter(options, flags.out, progress);
    live.clear();
    const { shards: _, place, losses, ...rest } = file;
    showLosses(losses);
    const state = PLACE_TEXT[place];
    console.log(
      flags.json
        ? JSON.stringify({ out: flags.out, state, ...rest }, null, 2)
        : `${flags.out} ${state}; nothing was written.\n${describeFilter(file)}\n${meter.summary()}`,
    );
    return;
  }
  const { losses, ...manifest } = await filterScored(options, flags.out, progress);
  live.clear();
  showLosses(losses);
  if (flags.json) {
    console.log(JSON.stringify(manifest, null, 2));
    if (!manifest.found) console.error(meter.summary());
  } else {
    const result = manifest.result as Omit<PoliciesFile, "shards" | "version">;
    console.log(`${manifest.found ? "Found" : "Made"} ${flags.out}\n${describeFilter(result)}`);
    if (!manifest.found) console.log(meter.summary());
    console.log(`Next: npx lacuna export ${flags.out} --to huggingface --out DIR`);
  }
}

/** One policy from the options, or several from a file. */
function policiesOf(scores: string | undefined, flags: Flags, given: string[]): z.input<typeof GivenPolicies> {
  if (flags.policies !== undefined) {
    if (scores !== undefined) throw new UserError(`Give ${scores} or --policies, not both: the file names its jobs.`);
    refuse(given, "goes into the --policies file, policy by policy");
    return readJson(flags.policies, GivenPolicies);
  }
  if (scores === undefined) {
    throw new UserError(
      "Give a scoring job: npx lacuna filter SCORES --method mask --rule f1 --out DIR (or --policies FILE).",
    );
  }
  if (existsSync(join(scores, "manifest.json")) && !existsSync(join(scores, "job.json"))) {
    throw new UserError(
      `${scores} holds scores of token shards. Give these too: npx lacuna filter --scores ${scores} --tokens DIR ...`,
    );
  }
  if (flags.method === undefined) throw new UserError("Give --method none, document, mask or remove.");
  const options = Object.fromEntries(
    POLICY.map((name) => [name, flags[name]]).filter(([, value]) => value !== undefined),
  );
  return [{ scores, ...options } as z.input<typeof GivenPolicy>];
}

function refuse(names: string[], why: string): void {
  if (names.length === 0) return;
  throw new UserError(`--${names[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${why}.`);
}
