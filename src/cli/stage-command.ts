/** @file One command per stage: parse options, run the stage in a thread, show progress, print what it returned. */
import type { Command } from "commander";
import { UserError } from "../base/errors.js";
import { planStage, type Stage } from "../base/stage.js";
import { runInThread } from "../study/pool.js";
import { dryRun } from "./dry-run.js";
import { describeProgress, liveLine } from "./live.js";
import { addStageOptions, numberOf } from "./options.js";
import { textNote } from "./text-notes.js";

export function addStageCommand(program: Command, stage: Stage): void {
  const command = addStageOptions(program.command(stage.name), stage);
  addStageFlags(command, stage).action((options: Record<string, unknown>) => runStageCommand(stage, options));
}

/** What every stage's command has beside the stage's own options: texts, folder, threads, dry run, JSON. */
export function addStageFlags(command: Command, stage: Stage): Command {
  return command
    .summary(stage.summary)
    .description(`${stage.summary}\n${stage.why}`)
    .requiredOption("--out <folder>", "folder to make; the same command finds it finished or goes on where it stopped")
    .option("--threads <number>", "threads of the native runtime", numberOf, 1)
    .option("--dry-run", "say what would be done, with sizes, cost and first record where known, and do nothing")
    .option("--json", "print the manifest as JSON")
    .addHelpText("after", textNote(stage.name === "classifier" ? "classifier fit" : stage.name))
    .addHelpText("after", `\nExamples:\n${stage.examples.map((example) => `  $ ${example}`).join("\n")}`);
}

/** Runs a stage as its command would. */
export async function runStageCommand(stage: Stage, given: Record<string, unknown>): Promise<void> {
  const {
    out,
    threads,
    dryRun: isDry,
    json,
    ...options
  } = given as {
    out: string;
    threads: number;
    dryRun?: boolean;
    json?: boolean;
  };
  const plan = await planStage(stage, options);
  if (isDry) {
    const said = await dryRun(stage, plan, out);
    console.log(JSON.stringify(said, null, 2));
    if (said.estimate?.problem !== undefined) throw new UserError(said.estimate.problem);
    return;
  }
  const live = liveLine();
  const started = performance.now();
  const manifest = await runInThread({ stage: stage.name, options, out, threads }, (update) =>
    live.show(describeProgress(stage.name, update, (performance.now() - started) / 1000)),
  );
  live.clear();
  if (json) console.log(JSON.stringify(manifest, null, 2));
  else {
    console.log(
      `${manifest.found ? "Found" : "Made"} ${out} (${manifest.seconds.toFixed(1)} s${manifest.found ? " when it was made" : ""})`,
    );
    console.log(JSON.stringify(manifest.result, null, 2));
  }
}
