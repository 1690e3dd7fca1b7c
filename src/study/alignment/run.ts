/** @file An alignment run from models to alignment.json and its figures. */
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../../base/files.js";
import type { RefusalsResult } from "../../evaluate/index.js";
import type { PretrainedOn } from "../../train/index.js";
import { refusalFigure, standAlone, WIDE } from "../figures/index.js";
import { type StepEvent, stepPlanner, stepRunner } from "../steps.js";
import { analyseAlignment } from "./analyse.js";
import type { AlignmentConfig } from "./config.js";
import { type AlignableModel, type AlignedRun, type Judging, runAlignments } from "./pipeline.js";
import { Alignment } from "./results.js";

export interface AlignmentOptions {
  config: AlignmentConfig;
  models: readonly AlignableModel[];
  /** Judging options of the refusals stage; offline by default. */
  judging?: Judging;
  /** What the models were pretrained on: questions that stand in it are not asked. */
  corpus?: string;
  /** Folder for everything it makes. */
  out: string;
  /** Command lines that make it again. */
  commands?: readonly string[];
  workers?: number;
  onEvent?: (event: StepEvent) => void;
}

/** Every step it takes, without running any. */
export async function planAlignment(
  { config, models, judging = {}, corpus }: Omit<AlignmentOptions, "out">,
  folder?: string,
) {
  const { steps, record } = stepPlanner(folder);
  await runAlignments(config, models, judging, corpus ?? null, record);
  return steps;
}

/** Runs or resumes it; writes alignment.json and figures. */
export async function runAlignment(options: AlignmentOptions): Promise<Alignment> {
  const { config, models, judging = {}, corpus, out, workers = 2, onEvent = () => {}, commands = [] } = options;
  const step = stepRunner({ folder: out, workers, onEvent });
  const runs = await runAlignments(config, models, judging, corpus ?? null, step);
  const results = alignmentOf(config, runs, commands);
  await writeJson(join(out, "alignment.json"), results);
  await writeRefusalFigures(results, out);
  return results;
}

/** refusals-{prose,token}-{light,dark}.svg (Figs 9 and 20). */
export async function writeRefusalFigures(results: Alignment, out: string): Promise<void> {
  for (const form of results.config.forms) {
    const svg = refusalFigure(results, form, WIDE);
    for (const theme of ["light", "dark"] as const)
      if (svg !== "") await writeFileAtomic(join(out, `refusals-${form}-${theme}.svg`), standAlone(svg, theme));
  }
}

/** What finished runs amount to. */
export function alignmentOf(
  config: AlignmentConfig,
  runs: readonly AlignedRun[],
  commands: readonly string[],
): Alignment {
  const facts = runs.map(({ refusals, questions: _, ...rest }) => ({
    ...rest,
    result: refusals.manifest.result as RefusalsResult,
  }));
  const { pretrainedOn } = runs[0].questions.manifest.result as { pretrainedOn: PretrainedOn | null };
  return Alignment.parse(analyseAlignment(config, facts, commands, pretrainedOn));
}
