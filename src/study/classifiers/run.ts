/** @file A classifier study from config to report. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../../base/files.js";
import { loadTokenizer } from "../../tokens/index.js";
import { type PlannedStep, type StepEvent, stepPlanner, stepRunner } from "../steps.js";
import type { ClassifierStudyConfig } from "./config.js";
import { runClassifierPipeline } from "./pipeline.js";
import { Report } from "./results.js";

export interface ClassifierStudyOptions {
  config: ClassifierStudyConfig;
  /** Token shards, and labels of some of their documents. */
  tokens: string;
  labels: string;
  /** Folder for everything the study makes. */
  out: string;
  workers?: number;
  /** Command to print in the report as what makes it again. */
  command?: string;
  onEvent?: (event: StepEvent) => void;
}

const inputsOf = ({ tokens, labels }: ClassifierStudyOptions) => ({
  tokens,
  labels,
  vocabulary: loadTokenizer(tokens).vocabularySize,
});

/** Every step the study takes, without running any. */
export async function planClassifierStudy(options: ClassifierStudyOptions, folder?: string): Promise<PlannedStep[]> {
  const { steps, record } = stepPlanner(folder);
  await runClassifierPipeline(options.config, inputsOf(options), record);
  return steps;
}

/**
 * Runs or resumes a classifier study and writes `classifiers.json`, `report.html` and `report.md` into `out`.
 * @throws UserError for inputs that are wrong; what was finished before stays and is found by the next run.
 */
export async function runClassifierStudy(options: ClassifierStudyOptions): Promise<Report> {
  const { config, out, workers = 2, command, onEvent = () => {} } = options;
  const step = stepRunner({ folder: out, workers, onEvent });
  const { path } = await runClassifierPipeline(config, inputsOf(options), step, command);
  for (const name of ["classifiers.json", "report.html", "report.md"]) copyFileSync(join(path, name), join(out, name));
  return readJson(join(out, "classifiers.json"), Report);
}
