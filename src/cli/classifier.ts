/** @file `npx lacuna classifier`: the group of commands that make classifiers. The stage behind `fit` keeps the group's name. */
import type { Command } from "commander";
import { classifierStage } from "../classify/index.js";
import { addClassifierNewCommand } from "./classifier-new.js";
import { addStageOptions } from "./options.js";
import { addStageFlags, runStageCommand } from "./stage-command.js";

export function addClassifierCommands(program: Command): void {
  const group = program
    .command("classifier")
    .summary("Make classifiers: new from texts and a domain file, or fit from labels");
  addClassifierNewCommand(group);
  const fit = addStageOptions(group.command("fit"), classifierStage);
  addStageFlags(fit, classifierStage).action((options: Record<string, unknown>) =>
    runStageCommand(classifierStage, options),
  );
}
