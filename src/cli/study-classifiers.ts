/** @file `npx lacuna study-classifiers`: the classifier table of the paper on one's own tokens and labels, in one go. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { ClassifierStudyConfig } from "../study/classifiers/config.js";
import { planClassifierStudy, runClassifierStudy } from "../study/classifiers/run.js";
import { clock } from "./live.js";
import { addSchemaOptions } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";

interface Flags extends StepFlags {
  tokens: string;
  labels: string;
  out: string;
}

export function addStudyClassifiersCommand(program: Command): void {
  const command = program
    .command("study-classifiers")
    .summary("compare encoders, biLMs and worse labels as classifiers, in one go")
    .description(
      "Trains encoders and biLMs of several sizes, fits token and document probes from the same labels, from coarse, noisy and weak ones, and writes classifiers.json, report.html and report.md. Shows which step up makes a better classifier on your text. Interrupt it at will: the same command goes on.",
    )
    .requiredOption("--tokens <folder>", "token shards (npx lacuna tokenize)")
    .requiredOption("--labels <folder>", "labels of some of their documents (npx lacuna label)")
    .requiredOption("--out <folder>", "where everything goes");
  addSchemaOptions(command, ClassifierStudyConfig.omit({ classifier: true }));
  addStepOptions(command, "classifiers.json")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna study-classifiers --tokens runs/demo/tokens --labels runs/demo/labels --out runs/classifiers\n  $ npx lacuna study-classifiers --tokens runs/tokens --labels runs/labels --upsample pubmed --widths 32 64 --out runs/classifiers",
    )
    .action(studyClassifiers);
}

async function studyClassifiers({ tokens, labels, out, workers, dryRun, json, ...given }: Flags): Promise<void> {
  for (const path of [tokens, labels]) {
    if (!existsSync(path)) throw new UserError(`${path} does not exist. Check the path.`);
  }
  const parsed = ClassifierStudyConfig.safeParse(given);
  if (!parsed.success)
    throw new UserError(`Options of study-classifiers are not as expected:\n${z.prettifyError(parsed.error)}`);
  const options = { config: parsed.data, tokens, labels, out, workers, command: commandLine(parsed.data) };
  const plan = await planClassifierStudy(options, dryRun ? options.out : undefined);
  if (dryRun) {
    listSteps(plan);
    return;
  }
  const { result, seconds } = await showSteps(plan, { out, workers }, (onEvent) =>
    runClassifierStudy({ ...options, onEvent }),
  );
  if (json) console.log(JSON.stringify(result, null, 2));
  else
    console.log(
      `Report: ${join(out, "report.html")}   Numbers: ${join(out, "classifiers.json")}   (${clock(seconds)})`,
    );
}

/** The command that makes the report again, without the paths of this machine. */
function commandLine(config: ClassifierStudyConfig): string {
  const defaults = ClassifierStudyConfig.parse({});
  const flags = Object.entries(config).flatMap(([name, value]) => {
    if (JSON.stringify(value) === JSON.stringify(defaults[name as keyof ClassifierStudyConfig])) return [];
    return [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, ...[value].flat().map(String)];
  });
  return ["npx lacuna study-classifiers --tokens TOKENS --labels LABELS", ...flags].join(" ");
}
