/** @file The safeguards of a study: run the steps, gather what they left, write safeguards.json and the page. */
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../../base/files.js";
import type { AlignmentConfig } from "../alignment/config.js";
import type { Alignment } from "../alignment/results.js";
import { planAlignment, runAlignment } from "../alignment/run.js";
import { renderSafeguards } from "../report/safeguards.js";
import { comesBackSection, refusesSection } from "../report/safeguards-parts.js";
import type { RobustnessConfig } from "../robustness/config.js";
import type { Robustness } from "../robustness/results.js";
import { planRobustness, runRobustness } from "../robustness/run.js";
import type { Series } from "../series.js";
import { type PlannedStep, type StepEvent, stepPlanner, stepRunner } from "../steps.js";
import { collectSafeguards } from "./collect.js";
import type { SafeguardsConfig } from "./config.js";
import { runSafeguardSteps, type SafeguardInputs } from "./pipeline.js";
import type { Safeguards } from "./results.js";

export interface SafeguardsOptions {
  config: SafeguardsConfig;
  series: Series;
  inputs: SafeguardInputs;
  /** Attack the models too, into `robustness` below `out`; or what an earlier `npx lacuna robustness` found. */
  robustness?: RobustnessConfig | Robustness;
  /** Teach the models to refuse too, into `alignment` below `out`; or what an earlier `npx lacuna alignment` found. */
  alignment?: AlignmentConfig | Alignment;
  /** F1 of the study's own classifier, as a mark in the figure of probes. */
  classifierF1?: number | null;
  out: string;
  commands?: readonly string[];
  workers?: number;
  onEvent?: (event: StepEvent) => void;
}

/** Results have cells, configs do not. */
const isFound = <Found extends object>(given: Found | object): given is Found => "cells" in given;

/** Every step it takes, without running any. */
export async function planSafeguards(options: SafeguardsOptions, folder?: string): Promise<PlannedStep[]> {
  const { config, series, inputs, robustness, alignment } = options;
  const { steps, record } = stepPlanner(folder);
  await runSafeguardSteps(config, series, inputs, record);
  const { models } = series;
  const attacks = robustness && !isFound<Robustness>(robustness) ? { config: robustness, series } : undefined;
  const aligning =
    alignment && !isFound<Alignment>(alignment) ? { config: alignment, models, corpus: inputs.corpus } : undefined;
  if (attacks) steps.push(...(await planRobustness(attacks, folder && join(folder, "robustness"))));
  if (aligning) steps.push(...(await planAlignment(aligning, folder && join(folder, "alignment"))));
  return steps;
}

/** Runs or resumes it. */
export async function runSafeguards(options: SafeguardsOptions): Promise<Safeguards> {
  const { config, series, inputs, robustness, alignment, out, workers = 2, onEvent = () => {} } = options;
  const { commands = [], classifierF1 = null } = options;
  const artifacts = await runSafeguardSteps(config, series, inputs, stepRunner({ folder: out, workers, onEvent }));
  const within = (part: string) => ({ out: join(out, part), workers, onEvent, commands });
  const attacked =
    robustness && !isFound<Robustness>(robustness)
      ? await runRobustness({ ...within("robustness"), series, config: robustness })
      : robustness;
  const aligned =
    alignment && !isFound<Alignment>(alignment)
      ? await runAlignment({ ...within("alignment"), models: series.models, corpus: inputs.corpus, config: alignment })
      : alignment;
  const results = collectSafeguards(config, series, artifacts, { commands, classifierF1 });
  const parts = {
    comesBack: attacked ? comesBackSection(attacked) : null,
    refuses: aligned ? refusesSection(aligned) : null,
  };
  await writeFileAtomic(join(out, "safeguards.html"), renderSafeguards(results, parts));
  await writeJson(join(out, "safeguards.json"), results);
  return results;
}
