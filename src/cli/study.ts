/** @file `npx lacuna study`: the whole pipeline from text to a report, from one dial. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../base/errors.js";
import { MIXINGS, type Mixing } from "../corpus/index.js";
import { readArms } from "../study/arms.js";
import { studyConfig } from "../study/budgets.js";
import { BUDGETS, type Budget, Route, type StudyConfig } from "../study/config.js";
import { routeTable } from "../study/route-table.js";
import { planStudy, runStudy, type StudyOptions } from "../study/run.js";
import { resultTable } from "../study/table.js";
import { loadTokenizer } from "../tokens/index.js";
import { clock } from "./live.js";
import { addNoText, countOf, numberOf } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";
import { textNote } from "./text-notes.js";

interface StudyFlags extends StepFlags {
  budget: Budget;
  corpus: string[];
  textField?: string;
  idField?: string;
  tokenizer?: string;
  domain?: string;
  wrongTopic?: string;
  labels?: Route["labels"];
  classifier?: Route["classifier"];
  arms?: string;
  out?: string;
  seed: number;
  seeds?: number;
  maxBytes?: number;
  mixing?: Mixing;
  noText?: boolean;
}

export function addStudyCommand(program: Command): void {
  const command = program
    .command("study")
    .summary("label, classify, filter, train, measure and report, in one go")
    .description(
      "Runs the whole pipeline and writes results.json and report.html: labels, a classifier, models trained with and without what it takes for the domain, and controls beside them: a perfect filter, a random one, one aimed elsewhere. Shows what filtering does to what models learn. Interrupt it at will: the same command goes on.",
    )
    .addOption(
      new Option("--budget <name>", "how much to train: about 1, 12 or 90 minutes on 2 cores")
        .choices([...BUDGETS])
        .default("demo"),
    )
    .option(
      "--corpus <path...>",
      "JSONL, Parquet, text or WET files (.gz, .zst) or folders of your own (default: embedded WordNet pages)",
      [],
    )
    .option("--text-field <name>", "field of your records that holds the text (default: text)")
    .option("--id-field <name>", "field that holds the document's id (default: id)")
    .option("--tokenizer <folder>", "tokenizer to use (npx lacuna tokenizer) instead of one trained on the corpus")
    .option("--max-bytes <number>", "cut of the corpus, in bytes of text", numberOf)
    .addOption(
      new Option("--mixing <kind>", "embedded text: how pages mix domains (default: web)").choices([...MIXINGS]),
    )
    .option("--domain <file>", "what to filter (default: the shipped domains/medicine.json)")
    .option("--wrong-topic <file>", "domain the wrong-topic controls aim at (default: the shipped domains/law.json)")
    .addOption(
      new Option(
        "--labels <kind>",
        "lexicon: sentences with a term of the domain; latents: SAE latents, judged",
      ).choices([...Route.shape.labels.options]),
    )
    .addOption(
      new Option("--classifier <kind>", "ngram: words and pieces; bilm: a probe on two language models").choices([
        ...Route.shape.classifier.options,
      ]),
    )
    .option("--arms <file>", "what to train, as JSON: a list of arms (docs/arms.md); default: the budget's")
    .option("--out <folder>", "where everything goes (default: runs/<budget>)")
    .option("--seed <number>", "every random choice follows from it", numberOf, 1)
    .option("--seeds <number>", "training seeds of every cell, instead of the budget's own", countOf);
  addNoText(command);
  addStepOptions(command, "results.json")
    .addHelpText("after", textNote("study"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna study\n  $ npx lacuna study --budget evening --corpus my-text/ --text-field body --out runs/mine\n  $ npx lacuna study --labels latents --classifier bilm --seeds 2 --out runs/paper-route",
    )
    .action(studyCommand);
}

async function studyCommand(flags: StudyFlags): Promise<void> {
  const out = flags.out ?? `runs/${flags.budget}`;
  const { domain, wrongTopic, tokenizer, arms, textField, idField } = flags;
  for (const path of [...flags.corpus, domain, wrongTopic, tokenizer, arms]) {
    if (path !== undefined && !existsSync(path)) throw new UserError(`${path} does not exist. Check the path.`);
  }
  const options: StudyOptions = {
    ...{ config: configOf(flags), out, workers: flags.workers, files: flags.corpus, commands: [commandLine(flags)] },
    ...{ domain, wrongTopic, tokenizer, textField, idField, noText: flags.noText },
  };
  const plan = await planStudy(options, flags.dryRun ? options.out : undefined);
  if (flags.dryRun) {
    listSteps(plan);
    return;
  }
  const { result, seconds } = await showSteps(plan, { workers: flags.workers, out }, (onEvent) =>
    runStudy({ ...options, onEvent }),
  );
  const { results, costs } = result;
  if (flags.json) console.log(JSON.stringify(results, null, 2));
  else
    console.log(
      `\n${resultTable(results)}\n\n${routeTable(results, costs)}\n\n${results.sentence}\n\nReport: ${join(out, "report.html")}   Numbers: ${join(out, "results.json")}   (${clock(seconds)})`,
    );
}

function configOf(flags: StudyFlags): StudyConfig {
  const config = { ...studyConfig(flags.budget), seed: flags.seed };
  if (flags.maxBytes) config.maxBytes = flags.maxBytes;
  if (flags.tokenizer) config.vocabulary = loadTokenizer(flags.tokenizer).vocabularySize;
  config.route = {
    ...config.route,
    ...(flags.labels && { labels: flags.labels }),
    ...(flags.classifier && { classifier: flags.classifier }),
  };
  if (flags.mixing) config.corpus = { ...config.corpus, mixing: flags.mixing };
  if (flags.arms) config.arms = readArms(flags.arms);
  const { seeds } = flags;
  if (seeds === undefined) return config;
  config.seeds = seeds;
  config.arms = config.arms.map((arm) => ({
    ...arm,
    ...(arm.runs && { runs: Object.fromEntries(Object.keys(arm.runs).map((size) => [size, seeds])) }),
  }));
  return config;
}

/** The command that makes this again. Text of one's own is not named: where it lies is nobody's business. */
function commandLine(flags: StudyFlags): string {
  const given = (name: string, value: unknown) => (value === undefined ? [] : [`--${name} ${value}`]);
  return [
    `npx lacuna study --budget ${flags.budget}`,
    ...(flags.corpus.length > 0 ? ["--corpus <your text>"] : []),
    ...given("text-field", flags.textField),
    ...given("id-field", flags.idField),
    ...given("tokenizer", flags.tokenizer && "<your tokenizer>"),
    ...given("max-bytes", flags.maxBytes),
    ...given("mixing", flags.mixing),
    ...given("domain", flags.domain && "<your domain file>"),
    ...given("wrong-topic", flags.wrongTopic && "<your domain file>"),
    ...(flags.noText ? ["--no-text"] : []),
    ...given("labels", flags.labels),
    ...given("classifier", flags.classifier),
    ...given("arms", flags.arms && "<your arms>"),
    `--seed ${flags.seed}`,
    ...given("seeds", flags.seeds),
  ].join(" ");
}
