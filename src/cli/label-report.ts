/** @file `npx lacuna label-report`: one page that says how far labels can be trusted. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files.js";
import { type FolderReport, type LabelReport, labelReport } from "../label/index.js";
import { labelTables, renderLabelReport } from "../study/label-report/index.js";
import { liveLine } from "./live.js";
import { addNoText, numberOf } from "./options.js";
import { textNote } from "./text-notes.js";

interface Flags {
  out: string;
  glossary?: string[];
  tokens?: string;
  domain?: string;
  ungraded: string[];
  seed: number;
  noText?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addLabelReportCommand(program: Command): void {
  const command = program
    .command("label-report")
    .summary("Show how far labels can be trusted, on one page")
    .description(
      "Kept and rejected latents with their contexts, label rates by source, passages with their labels, agreement between judges, and precision and recall where there is a truth.\nLook at labels before anything is trained on them: what they get wrong, the classifier learns.",
    )
    .argument(
      "<labels...>",
      "folders of npx lacuna label, label-text or label-spans, of one domain and the same shards",
    )
    .requiredOption("--out <file>", "page to write, e.g. labels.html; one that is there is written anew")
    .option("--glossary <file...>", "JSONL of term and domain (.gz, .zst): tokens of its terms are graded")
    .option("--tokens <folder>", "token shards; default: those the labels were made with")
    .option("--domain <file>", "domain file; default: the one the labels were made with")
    .option("--ungraded <name...>", "truth domains that say nothing about single tokens", ["mixed"])
    .option("--seed <number>", "seed of the passages and latents shown", numberOf, 1)
    .option("--dry-run", "say what would be read and written, and do nothing")
    .option("--json", "print all numbers as JSON, without any text of the corpus");
  addNoText(command)
    .addHelpText("after", textNote("label-report"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna label-report runs/demo/labels --out runs/demo/labels.html\n  $ npx lacuna label-report runs/demo/labels runs/demo/labels-sentence --glossary glossary/*.jsonl.gz --out runs/demo/labels.html",
    )
    .action((labels: string[], flags: Flags) => run(labels, flags));
}

async function run(labels: string[], flags: Flags): Promise<void> {
  const missing = [...labels, ...(flags.glossary ?? [])].find((path) => !existsSync(path));
  if (missing !== undefined) throw new UserError(`${missing} does not exist. Check the path.`);
  if (flags.dryRun) {
    const state = existsSync(flags.out) ? "would be written anew" : "would be written";
    console.log(JSON.stringify({ labels, glossary: flags.glossary ?? [], out: flags.out, state }, null, 2));
    return;
  }
  const live = liveLine();
  live.show("label-report: reading labels");
  const whole = await labelReport(labels, { ...flags, glossary: flags.glossary ?? [] }).finally(() => live.clear());
  const report = flags.noText ? withoutText(whole) : whole;
  await writeFileAtomic(flags.out, renderLabelReport(report));
  console.log(
    flags.json ? JSON.stringify(numbersOf(report), null, 2) : `${labelTables(report)}\n\nWrote ${flags.out}.`,
  );
}

/** Everything but passages, contexts and words of judges. */
function numbersOf({ folders, ...report }: LabelReport) {
  const numbers = ({ passages: _, latents, result: { splits: _splits, ...result }, ...folder }: FolderReport) => ({
    ...folder,
    result,
    latents: latents?.all.map(({ reason: _reason, explanation: _explanation, ...latent }) => latent) ?? null,
  });
  return { ...report, folders: folders.map(numbers) };
}

/** Nothing of the corpus on the page: no passages, no contexts, no words that a judge named. */
function withoutText({ folders, ...report }: LabelReport): LabelReport {
  const hidden = ({ latents, ...folder }: FolderReport): FolderReport => ({
    ...folder,
    latents: latents && {
      all: latents.all.map((latent) => ({ ...latent, reason: "", explanation: undefined })),
      shown: { kept: [], rejected: [], unknown: [] },
    },
    passages: { random: [], borderline: [] },
  });
  return { ...report, folders: folders.map(hidden) };
}
