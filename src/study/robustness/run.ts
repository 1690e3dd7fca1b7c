/** @file A robustness run from a series of models to robustness.json and its figures. */
import { join } from "node:path";
import { readJson, writeFileAtomic, writeJson } from "../../base/files.js";
import { AttackFile } from "../../evaluate/index.js";
import { UnlearnFile } from "../../train/index.js";
import { attackCurvesFigure, recoveryFigure, standAlone, WIDE } from "../figures/index.js";
import type { Series } from "../series.js";
import { type StepEvent, stepPlanner, stepRunner } from "../steps.js";
import { type AttackFacts, analyseRobustness } from "./analyse.js";
import type { RobustnessConfig } from "./config.js";
import { type AttackedModel, runAttacks } from "./pipeline.js";
import { Robustness } from "./results.js";

export interface RobustnessOptions {
  config: RobustnessConfig;
  series: Series;
  /** Folder for everything it makes. */
  out: string;
  /** Command lines that make it again. */
  commands?: readonly string[];
  workers?: number;
  onEvent?: (event: StepEvent) => void;
}

/** Every step it takes, without running any. */
export async function planRobustness(
  { config, series }: Pick<RobustnessOptions, "config" | "series">,
  folder?: string,
) {
  const { steps, record } = stepPlanner(folder);
  await runAttacks(config, series, record);
  return steps;
}

/** Runs or resumes it; writes robustness.json, and figures when there is something to draw. */
export async function runRobustness(options: RobustnessOptions): Promise<Robustness> {
  const { config, series, out, workers = 2, onEvent = () => {}, commands = [] } = options;
  const attacked = await runAttacks(config, series, stepRunner({ folder: out, workers, onEvent }));
  const results = Robustness.parse(analyseRobustness(config, attacked.map(factsOf), commands));
  await writeJson(join(out, "robustness.json"), results);
  await writeRobustnessFigures(results, out);
  return results;
}

/** What the steps of an attacked model left. */
export function factsOf({ attack, unlearn, ...model }: AttackedModel): AttackFacts {
  return {
    ...model,
    attack: readJson(join(attack.path, "attack.json"), AttackFile),
    unlearning: unlearn ? readJson(join(unlearn.path, "unlearning.json"), UnlearnFile) : null,
  };
}

/** recovery-{light,dark}.svg (Fig. 7) and attack-{light,dark}.svg (Fig. 26). */
export async function writeRobustnessFigures(results: Robustness, out: string): Promise<void> {
  const drawings = { recovery: recoveryFigure(results, WIDE), attack: attackCurvesFigure(results, WIDE) };
  for (const [name, svg] of Object.entries(drawings)) {
    for (const theme of ["light", "dark"] as const)
      if (svg !== "") await writeFileAtomic(join(out, `${name}-${theme}.svg`), standAlone(svg, theme));
  }
}
