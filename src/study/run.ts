/**
 * @file A study from config to report: run the pipeline, gather what it left, analyse, write.
 */
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../base/files.js";
import { PACKAGE_ROOT } from "../base/package.js";
import { analyse } from "./analyse.js";
import { collectFacts } from "./collect.js";
import type { StudyConfig } from "./config.js";
import { runPipeline } from "./pipeline.js";
import { renderReport } from "./report/index.js";
import { Results } from "./results.js";
import { type RouteCosts, routeCosts } from "./route-table.js";
import { type PlannedStep, STUDY_FILE, type StepEvent, type StudyInputs, stepPlanner, stepRunner } from "./steps.js";

export interface StudyOptions extends Partial<StudyInputs> {
  config: StudyConfig;
  /** Folder for everything the study makes. */
  out: string;
  /** Command lines to print in the report as what makes it again. */
  commands?: readonly string[];
  /** Nothing of the corpus's text in results and report. */
  noText?: boolean;
  workers?: number;
  onEvent?: (event: StepEvent) => void;
}

/** The domain the paper removes, as shipped, and the topic that controls are aimed at. */
export const MEDICINE = join(PACKAGE_ROOT, "domains", "medicine.json");
export const LAW = join(PACKAGE_ROOT, "domains", "law.json");

/** What a study reads where nothing else is said. */
const inputsOf = ({ files = [], domain = MEDICINE, wrongTopic = LAW, ...fields }: StudyOptions): StudyInputs => ({
  ...{ files, domain, wrongTopic },
  ...{ textField: fields.textField, idField: fields.idField, tokenizer: fields.tokenizer },
});

/** Every step a study takes, in the order they are asked for, without running any. */
export async function planStudy(options: StudyOptions, folder?: string): Promise<PlannedStep[]> {
  const { steps, record } = stepPlanner(folder);
  await runPipeline(options.config, inputsOf(options), record);
  return steps;
}

export interface StudyResult {
  results: Results;
  /** Seconds that each route took; no part of the results. */
  costs: RouteCosts;
}

/**
 * Runs or resumes a study and writes `results.json` and `report.html` into `out`.
 * @throws UserError for inputs that are wrong; what was finished before stays and is found by the next run.
 */
export async function runStudy(options: StudyOptions): Promise<StudyResult> {
  const { config, out, workers = 2, onEvent = () => {}, commands = [], noText = false } = options;
  const inputs = inputsOf(options);
  await writeJson(join(out, STUDY_FILE), config);
  const step = stepRunner({ folder: out, workers, onEvent });
  const artifacts = await runPipeline(config, inputs, step);
  const facts = await collectFacts(config, artifacts, { ...inputs, commands });
  const results = Results.parse(analyse(noText ? { ...facts, passages: [] } : facts));
  const costs = routeCosts(artifacts.routes);
  await writeFileAtomic(join(out, "report.html"), renderReport(results));
  await writeJson(join(out, "results.json"), results);
  return { results, costs };
}
