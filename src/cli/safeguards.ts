/** @file `npx lacuna safeguards`: what a study's models lost and kept, whether they know the boundary, how they hold. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { AlignmentConfig } from "../study/alignment/config.js";
import { Alignment } from "../study/alignment/results.js";
import { Results } from "../study/results.js";
import { RobustnessConfig } from "../study/robustness/config.js";
import { Robustness } from "../study/robustness/results.js";
import { SAFEGUARD_BUDGETS, type SafeguardBudget, safeguardsConfig } from "../study/safeguards/config.js";
import type { SafeguardInputs } from "../study/safeguards/pipeline.js";
import { planSafeguards, runSafeguards, type SafeguardsOptions } from "../study/safeguards/run.js";
import { readSeries, readSeriesCorpus, requireSameSizes, type Series } from "../study/series.js";
import { commandAgain } from "./again.js";
import { clock } from "./live.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";

interface Flags extends StepFlags {
  out: string;
  budget: SafeguardBudget;
  exams?: string[];
  teach?: string[];
  glossary?: string[];
  forgetQuestions?: string[];
  generalQuestions?: string[];
  attack?: boolean;
  robustness?: string;
  align?: boolean;
  alignment?: string;
}

export function addSafeguardsCommand(program: Command): void {
  const command = program
    .command("safeguards")
    .summary("ask, probe and attack the models of a study, on one page")
    .description(
      "Puts exams and glossary questions to every model of a study, compares filtered models with the baseline question by question, probes their states for the boundary of the domain, lets the largest answer freely, and attacks them. Writes safeguards.json and safeguards.html: what was lost, what was kept, how fast it comes back. Interrupt it at will: the same command goes on.",
    )
    .argument("<study>", "folder of a study (npx lacuna study --out)")
    .requiredOption("--out <folder>", "where everything goes")
    .addOption(new Option("--budget <name>", "how much to ask").choices([...SAFEGUARD_BUDGETS]).default("evening"))
    .option("--exams <path...>", "multiple-choice questions to ask")
    .option("--teach <path...>", "multiple-choice questions that teach lettered answers; none of the exams are used")
    .option("--glossary <path...>", "glossaries of terms to forget and to keep")
    .option("--forget-questions <path...>", "free questions of the domain, with references")
    .option("--general-questions <path...>", "general instructions, with answers")
    .option("--attack", "attack every model too, as npx lacuna robustness does; takes longest")
    .option("--robustness <file>", "robustness.json of an earlier npx lacuna robustness, to show instead")
    .option("--align", "teach every model to refuse too, as npx lacuna alignment does, with the free questions")
    .option("--alignment <file>", "alignment.json of an earlier npx lacuna alignment, to show instead");
  addStepOptions(command, "safeguards.json")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna safeguards runs/evening --exams mmlu.jsonl medmcqa.jsonl --glossary glossary/ --out runs/safeguards\n  $ npx lacuna safeguards runs/demo --budget smoke --glossary terms.jsonl --attack --out runs/quick",
    )
    .action(safeguardsCommand);
}

async function safeguardsCommand(study: string, flags: Flags, command: Command): Promise<void> {
  const { out, budget, workers, attack, robustness, align, alignment } = flags;
  if (attack && robustness) throw new UserError("Give either --attack or --robustness, not both.");
  if (align && alignment) throw new UserError("Give either --align or --alignment, not both.");
  const series = readSeries(study);
  const inputs: SafeguardInputs = { corpus: readSeriesCorpus(study, series), ...filesOf(flags) };
  const options: SafeguardsOptions = {
    ...{ config: safeguardsConfig(budget), series, inputs, out, workers },
    ...{ classifierF1: classifierF1Of(study), commands: [commandAgain(command)] },
    ...(attack && { robustness: RobustnessConfig.parse({}) }),
    ...(align && { alignment: alignmentConfig(inputs) }),
    ...(alignment && { alignment: ofSeries(alignment, readJson(alignment, Alignment), series) }),
    ...(robustness && { robustness: ofSeries(robustness, readJson(robustness, Robustness), withBaseline(series)) }),
  };
  const plan = await planSafeguards(options, flags.dryRun ? options.out : undefined);
  if (flags.dryRun) {
    listSteps(plan);
    return;
  }
  const { result, seconds } = await showSteps(plan, { workers, out }, (onEvent) =>
    runSafeguards({ ...options, onEvent }),
  );
  if (flags.json) console.log(JSON.stringify(result, null, 2));
  else
    console.log(
      `\n${result.statements.join("\n")}\n\nPage: ${join(out, "safeguards.html")}   Numbers: ${join(out, "safeguards.json")}   (${clock(seconds)})`,
    );
}

/** Sizes without a baseline are not attacked. */
function withBaseline({ models, ...series }: Series): Series {
  const sizes = new Set(models.filter(({ arm }) => arm === "baseline").map(({ size }) => size));
  return { ...series, models: models.filter(({ size }) => sizes.has(size)) };
}

/** What an earlier command found. @throws UserError when it found it of other models */
function ofSeries<Found extends Alignment | Robustness>(path: string, found: Found, series: Series): Found {
  requireSameSizes(path, found.cells, series);
  return found;
}

/** The question files given, every one of which must be there. */
function filesOf({ exams = [], teach = [], glossary = [], forgetQuestions = [], generalQuestions = [] }: Flags) {
  const files = { exams, teach, glossary, forgetQuestions, generalQuestions };
  const missing = Object.values(files)
    .flat()
    .find((path) => !existsSync(path));
  if (missing !== undefined) throw new UserError(`${missing} does not exist. Check the path.`);
  return files;
}

/** @throws UserError without questions of both kinds */
function alignmentConfig({ forgetQuestions: forget, generalQuestions: general }: SafeguardInputs): AlignmentConfig {
  if (forget.length === 0 || general.length === 0)
    throw new UserError("--align needs --forget-questions and --general-questions.");
  return AlignmentConfig.parse({ forget, general });
}

/** Token F1 of the study's classifier on test truth; null when the study is not finished or has no truth. */
function classifierF1Of(study: string): number | null {
  const path = join(study, "results.json");
  if (!existsSync(path)) return null;
  const [{ classifier }] = readJson(path, Results).routes;
  const tokens = classifier.evaluations.find(
    ({ split, level, against }) => split === "test" && level === "token" && against === "truth",
  );
  return tokens?.f1.value ?? null;
}
