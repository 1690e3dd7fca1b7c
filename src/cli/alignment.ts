/** @file `npx lacuna alignment`: every model of a study taught to answer and to refuse, and asked. */
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { RefusalJudgeOptions } from "../evaluate/index.js";
import { AlignmentConfig } from "../study/alignment/config.js";
import { planAlignment, runAlignment } from "../study/alignment/run.js";
import { refusalTable } from "../study/alignment/table.js";
import { readSeries, readSeriesCorpus } from "../study/series.js";
import { commandAgain } from "./again.js";
import { clock } from "./live.js";
import { addSchemaOptions } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";

/** What a command line can say; lengths of tuning are for programs. */
const Given = AlignmentConfig.omit({ chat: true, refuse: true });
const Judging = RefusalJudgeOptions.pick({ judge: true, judgeModel: true, baseUrl: true }).extend({
  maxCost: RefusalJudgeOptions.shape.maxCost.describe("dollars that judging one model, form and seed may cost at most"),
});

export function addAlignmentCommand(program: Command): void {
  const command = program
    .command("alignment")
    .summary("teach every model of a study to refuse, and see what it refuses")
    .description(
      "Teaches every model of a study to answer, then to refuse forget-domain questions by a sentence and by a token, over several seeds, and asks it questions that are neither in its tuning set nor in its pretraining text. Writes alignment.json: refusal rates of every arm with over-refusal beside them. Interrupt it at will: the same command goes on.",
    )
    .requiredOption("--study <folder>", "folder of a study (npx lacuna study --out)")
    .requiredOption("--out <folder>", "where everything goes");
  addSchemaOptions(command, Given, ["forget", "general", "unseen"]);
  addSchemaOptions(command, Judging);
  addStepOptions(command, "alignment.json")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna alignment --study runs/evening --forget medical-questions.jsonl --general instructions.jsonl --out runs/alignment\n  $ npx lacuna alignment --study runs/demo --forget glossary.jsonl --forget-domains medical --general glossary.jsonl --general-domains general --forms token --seeds 1 --out runs/quick",
    )
    .action(alignmentCommand);
}

interface Flags extends StepFlags {
  study: string;
  out: string;
}

async function alignmentCommand(
  { study, out, workers, dryRun, json, ...given }: Flags,
  command: Command,
): Promise<void> {
  const config = AlignmentConfig.safeParse(given);
  const judging = Judging.safeParse(given);
  for (const { error } of [config, judging])
    if (error) throw new UserError(`Options are not as expected:\n${z.prettifyError(error)}`);
  const series = readSeries(study);
  const corpus = readSeriesCorpus(study, series);
  const options = { config: config.data!, judging: judging.data!, models: series.models, corpus, out, workers };
  const plan = await planAlignment(options, dryRun ? options.out : undefined);
  if (dryRun) {
    listSteps(plan);
    return;
  }
  const commands = [commandAgain(command)];
  const { result, seconds } = await showSteps(plan, { workers, out }, (onEvent) =>
    runAlignment({ ...options, commands, onEvent }),
  );
  if (json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(`\n${refusalTable(result)}\n\n${[...result.statements, ...result.caveats].join("\n")}`);
    console.log(`\nNumbers: ${join(out, "alignment.json")}   (${clock(seconds)})`);
  }
}
