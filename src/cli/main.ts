#!/usr/bin/env node
/**
 * @file The `lacuna` command: parse, call, show. What a person can mend is one sentence and exit code 2.
 */
import { Command, CommanderError } from "commander";
import { UserError } from "../base/errors.js";
import { PACKAGE } from "../base/package.js";
import { stopProcesses } from "../filter/run/index.js";
import { stopThreads } from "../study/pool.js";
import { STAGES } from "../study/stages.js";
import { addAlignmentCommand } from "./alignment.js";
import { addBenchCommand } from "./bench.js";
import { addClassifierCommands } from "./classifier.js";
import { addClassifierReportCommand } from "./classifier-report.js";
import { addExportCommand } from "./export.js";
import { addFilterCommand } from "./filter.js";
import { addGenerateCommand } from "./generate.js";
import { addInspectCommand } from "./inspect.js";
import { addLabelReportCommand } from "./label-report.js";
import { addLaunchCommand } from "./launch.js";
import { outputWritten, watchOutput } from "./output.js";
import { addReportCommand } from "./report.js";
import { addRobustnessCommand } from "./robustness.js";
import { addSaeCheckCommand } from "./sae-check.js";
import { addSafeguardsCommand } from "./safeguards.js";
import { addScoreCommand } from "./score.js";
import { addStageCommand } from "./stage-command.js";
import { addStatsCommand } from "./stats.js";
import { addStudyCommand } from "./study.js";
import { addStudyClassifiersCommand } from "./study-classifiers.js";
import { addVerifyCommand } from "./verify.js";
import { addWorkerCommand } from "./worker.js";

const USER_ERROR = 2;

function build(): Command {
  const program = new Command("lacuna")
    .description(
      "Shapes what a language model never learns: finds the tokens of a pretraining corpus that carry an unwanted capability, takes them out of training, and measures what that did.",
    )
    .version(PACKAGE.version)
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride()
    .addHelpText(
      "after",
      "\nExamples:\n  $ lacuna study                    the whole pipeline on embedded text, about 10 minutes on 2 cores\n  $ lacuna study --budget smoke     the same code path in about a minute\n  $ lacuna study --corpus my-text/  on your own JSONL or text files",
    );
  addStudyCommand(program);
  addStudyClassifiersCommand(program);
  addReportCommand(program);
  addRobustnessCommand(program);
  addAlignmentCommand(program);
  addSafeguardsCommand(program);
  program.commandsGroup("Stages, in order:");
  for (const stage of STAGES) {
    if (stage.name === "classifier") addClassifierCommands(program);
    else if (!["score", "filter", "classifier-report"].includes(stage.name)) addStageCommand(program, stage);
  }
  program.commandsGroup("A corpus of any size:");
  addScoreCommand(program);
  addVerifyCommand(program);
  addStatsCommand(program);
  addInspectCommand(program);
  addFilterCommand(program);
  addExportCommand(program);
  addWorkerCommand(program);
  addLaunchCommand(program);
  program.commandsGroup("Measuring:");
  addGenerateCommand(program);
  addClassifierReportCommand(program);
  addSaeCheckCommand(program);
  addLabelReportCommand(program);
  addBenchCommand(program);
  return program;
}

let isInterrupted = false;

/** Exit code for what was thrown; prints it first. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USER_ERROR;
  if (error instanceof UserError) {
    console.error(error.message);
    return USER_ERROR;
  }
  console.error((error as Error).stack ?? error);
  console.error(`This is a bug in lacuna ${PACKAGE.version}. Please report it with the lines above.`);
  return 1;
}

/** Stops what runs and ends the process. */
async function end(code: number | undefined, threadsMs?: number, processesMs?: number): Promise<void> {
  isInterrupted = true;
  await Promise.all([stopThreads(threadsMs), stopProcesses(processesMs)]);
  process.exit(code);
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(signal, () => {
    console.error("\nInterrupted. Run the same command again and it goes on from here.");
    void end(code, 2000, 5000);
  });
}

watchOutput(() => void end(process.exitCode as number | undefined));
build()
  .parseAsync()
  .catch((error: unknown) => {
    // Work that was told to stop fails as it stops; whoever told it ends the process.
    if (!isInterrupted) process.exitCode = report(error);
  })
  .then(outputWritten)
  .catch((error: unknown) => {
    process.exitCode = report(error);
  })
  .then(() => (isInterrupted ? undefined : end(process.exitCode as number | undefined)));
