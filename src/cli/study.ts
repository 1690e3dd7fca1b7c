/** @file `lacuna study`: the whole pipeline from text to a report, from one dial. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../base/errors.js";
import { studyConfig } from "../study/budgets.js";
import { BUDGETS, type Budget } from "../study/config.js";
import { resultTable } from "../study/findings.js";
import { planStudy, runStudy, type StudyOptions } from "../study/run.js";
import { clock } from "./live.js";
import { numberOf } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";

interface StudyFlags extends StepFlags {
  budget: Budget;
  corpus: string[];
  domain?: string;
  out?: string;
  seed: number;
  maxBytes?: number;
}

export function addStudyCommand(program: Command): void {
  const command = program
    .command("study")
    .summary("label, classify, filter, train, measure and report, in one go")
    .description(
      "Runs the whole pipeline and writes results.json and report.html: labels from sparse-autoencoder latents, a biLM classifier, four arms (baseline, document, mask, remove) at four model sizes, and what each arm's models know. Shows what token filtering does to what models learn. Interrupt it at will: the same command goes on.",
    )
    .addOption(
      new Option("--budget <name>", "how much to train: about 1, 10 or 40 minutes on 2 cores")
        .choices([...BUDGETS])
        .default("demo"),
    )
    .option(
      "--corpus <path...>",
      "JSONL, JSONL.gz or text files or folders of your own (default: embedded WordNet pages)",
      [],
    )
    .option("--max-bytes <number>", "cut of the corpus, in bytes of text", numberOf)
    .option("--domain <file>", "what to filter (default: the shipped domains/medicine.json)")
    .option("--out <folder>", "where everything goes (default: runs/<budget>)")
    .option("--seed <number>", "every random choice follows from it", numberOf, 1);
  addStepOptions(command, "results.json")
    .addHelpText(
      "after",
      "\nExamples:\n  $ lacuna study\n  $ lacuna study --budget evening --corpus my-text/ --out runs/mine",
    )
    .action(studyCommand);
}

async function studyCommand(flags: StudyFlags): Promise<void> {
  const out = flags.out ?? `runs/${flags.budget}`;
  for (const path of [...flags.corpus, ...(flags.domain ? [flags.domain] : [])]) {
    if (!existsSync(path)) throw new UserError(`${path} does not exist. Check the path.`);
  }
  const config = { ...studyConfig(flags.budget), seed: flags.seed };
  if (flags.maxBytes) config.maxBytes = flags.maxBytes;
  const options: StudyOptions = {
    config,
    out,
    workers: flags.workers,
    files: flags.corpus,
    commands: [commandLine(flags)],
  };
  if (flags.domain) options.domain = flags.domain;
  const plan = await planStudy(options);
  if (flags.dryRun) {
    listSteps(plan);
    return;
  }
  const { result: results, seconds } = await showSteps(plan, { workers: flags.workers, out }, (onEvent) =>
    runStudy({ ...options, onEvent }),
  );
  if (flags.json) console.log(JSON.stringify(results, null, 2));
  else
    console.log(
      `\n${resultTable(results)}\n\n${results.sentence}\n\nReport: ${join(out, "report.html")}   Numbers: ${join(out, "results.json")}   (${clock(seconds)})`,
    );
}

function commandLine(flags: StudyFlags): string {
  const own = flags.corpus.length > 0 ? " --corpus <your text>" : "";
  const cut = flags.maxBytes ? ` --max-bytes ${flags.maxBytes}` : "";
  return `lacuna study --budget ${flags.budget}${own}${cut} --seed ${flags.seed}`;
}
