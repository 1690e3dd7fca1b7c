/**
 * @file Every model of a series attacked, and every baseline unlearned and then attacked, as a graph of steps.
 *
 *     baseline ──┬── target of its size ──────────────┬── attack document, mask, remove
 *                └── unlearn (rmu, ...) ──────────────┴── attack rmu, ...
 */
import type { Series, SeriesModel } from "../series.js";
import type { Artifact, RunStep } from "../steps.js";
import type { RobustnessConfig } from "./config.js";

/** One attacked model. */
export interface AttackedModel {
  /** An arm of the study, or the unlearning method. */
  arm: string;
  size: string;
  parameters: number;
  attack: Artifact;
  /** Of an unlearned model: how it was made. */
  unlearn?: Artifact;
}

/** Runs what is not yet there. Sizes without a baseline are left out: there is nothing to reach. */
export async function runAttacks(config: RobustnessConfig, series: Series, step: RunStep): Promise<AttackedModel[]> {
  const { tokens } = series;
  const { forget, retain, lrs, seeds, cap, methods, coefficient, retainBudget } = config;
  const baselines = series.models.filter(({ arm }) => arm === "baseline");
  // Largest first, so that the last steps to finish are short ones.
  const perSize = [...baselines].reverse().map(async (baseline): Promise<AttackedModel[]> => {
    const { size, parameters } = baseline;
    const priority = parameters;
    const attack = (arm: string, model: string) => {
      const options = { model, baseline: baseline.path, tokens, forget, lrs, seeds, cap };
      return step({
        id: `attack-${arm}-${size}`,
        stage: "attack",
        options,
        seconds: seconds(parameters, 30),
        priority,
      });
    };
    const filtered = async ({ arm, path }: SeriesModel) => ({ arm, size, parameters, attack: await attack(arm, path) });
    const unlearned = async (method: RobustnessConfig["methods"][number]) => {
      const options = {
        model: baseline.path,
        tokens,
        method,
        forget,
        retain,
        retainBudget,
        ...(method === "rmu" && { coefficient }),
      };
      const id = `${method}-${size}`;
      const made = { id: `unlearn-${id}`, stage: "unlearn", options, seconds: seconds(parameters, 60) };
      const unlearn = await step({ ...made, priority: 2 * priority });
      return { arm: method, size, parameters, unlearn, attack: await attack(method, unlearn.path) };
    };
    const others = series.models.filter((model) => model.size === size && model.arm !== "baseline");
    return Promise.all([...methods.map(unlearned), ...others.map(filtered)]);
  });
  const all = (await Promise.all(perSize)).flat();
  return all.sort((a, b) => a.parameters - b.parameters);
}

/** Cost on one core, roughly: so many seconds for a model of 0.4 M parameters, less for a smaller one. */
const seconds = (parameters: number, largest: number) => 2 + (largest * parameters) / 4e5;
