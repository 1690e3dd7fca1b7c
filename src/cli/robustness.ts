/** @file `npx lacuna robustness`: every model of a study attacked, and the rivals of filtering beside it. */
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { RobustnessConfig } from "../study/robustness/config.js";
import { planRobustness, runRobustness } from "../study/robustness/run.js";
import { recoveryTable } from "../study/robustness/table.js";
import { readSeries } from "../study/series.js";
import { commandAgain } from "./again.js";
import { clock } from "./live.js";
import { addSchemaOptions } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";

export function addRobustnessCommand(program: Command): void {
  const command = program
    .command("robustness")
    .summary("attack every model of a study, and unlearned baselines beside them")
    .description(
      "Finetunes every filtered model of a study on forget text until it knows what the unfiltered model of its size does, and does the same to baselines that unlearning was applied to. Writes robustness.json and figures: tokens to recover, with intervals, and whether the gap between filtering and unlearning grows with size. Interrupt it at will: the same command goes on.",
    )
    .requiredOption("--study <folder>", "folder of a study (npx lacuna study --out)")
    .requiredOption("--out <folder>", "where everything goes");
  addSchemaOptions(command, RobustnessConfig);
  addStepOptions(command, "robustness.json")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna robustness --study runs/evening --out runs/robustness\n  $ npx lacuna robustness --study runs/demo --methods rmu circuit-breaker --seeds 1 --cap 0.05 --out runs/quick",
    )
    .action(robustnessCommand);
}

interface Flags extends StepFlags {
  study: string;
  out: string;
}

async function robustnessCommand(
  { study, out, workers, dryRun, json, ...given }: Flags,
  command: Command,
): Promise<void> {
  const parsed = RobustnessConfig.safeParse(given);
  if (!parsed.success) throw new UserError(`Options are not as expected:\n${z.prettifyError(parsed.error)}`);
  const options = { config: parsed.data, series: readSeries(study), out, workers };
  const plan = await planRobustness(options, dryRun ? options.out : undefined);
  if (dryRun) {
    listSteps(plan);
    return;
  }
  const { result, seconds } = await showSteps(plan, { workers, out }, (onEvent) =>
    runRobustness({ ...options, commands: [commandAgain(command)], onEvent }),
  );
  if (json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(`\n${recoveryTable(result)}\n\n${[...result.statements, ...result.caveats].join("\n")}`);
    console.log(`\nNumbers: ${join(out, "robustness.json")}   (${clock(seconds)})`);
  }
}
