/** @file `npx lacuna classifier-report`: finished classifiers side by side. */
import type { Command } from "commander";
import { ClassifierReportOptions, classifierReportStage } from "../study/classifiers/stage.js";
import { stageByName } from "../study/stages.js";
import { addSchemaOptions } from "./options.js";
import { addStageFlags, runStageCommand } from "./stage-command.js";

export function addClassifierReportCommand(program: Command): void {
  const command = program
    .command(classifierReportStage.name)
    .argument("<folders...>", "finished classifiers (npx lacuna classifier fit)");
  addSchemaOptions(command, ClassifierReportOptions.omit({ classifiers: true }));
  const stage = stageByName(classifierReportStage.name);
  addStageFlags(command, stage).action((classifiers: string[], options: Record<string, unknown>) =>
    runStageCommand(stage, { classifiers, ...options }),
  );
}
