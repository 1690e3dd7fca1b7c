/** @file `npx lacuna export`: a scored corpus under its policies, in the format of a trainer. No model is loaded. */
import type { Command } from "commander";
import { grouped, UserError } from "../base/errors.js";
import { PLACE_TEXT } from "../base/place.js";
import {
  describeFraming,
  type ExportManifest,
  ExportSettings,
  exportCorpus,
  exportPlace,
  planExport,
} from "../filter/export/index.js";
import { losses } from "../filter/job/index.js";
import { openPolicies } from "../filter/policies/index.js";
import { describeSpecials, NAMED_TOKENIZERS, openTrainerTokenizer } from "../tokens/index.js";
import { describeProgress, liveLine } from "./live.js";
import { showLosses } from "./losses.js";
import { addSchemaOptions } from "./options.js";
import { textNote } from "./text-notes.js";

interface Flags {
  to: ExportSettings["to"];
  sequenceLength?: number;
  bos?: ExportSettings["bos"];
  weights?: ExportSettings["weights"];
  files?: ExportSettings["files"];
  tokenizer?: string;
  eos?: string;
  pad?: string;
  out: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addExportCommand(program: Command): void {
  const command = program
    .command("export")
    .summary("Write a filtered corpus for a trainer: tokens with a loss mask, attributes, or plain text")
    .description(
      "Writes a scored corpus under its policies in the format of a trainer.\nEvery trainer has its own convention of which token a mask refers to; docs/exports.md has them in one table.",
    )
    .argument("<policies>", "result of npx lacuna filter over a scoring job")
    .requiredOption("--out <folder>", "folder to make; the same command finds it finished or goes on where it stopped")
    .option(
      "--tokenizer <path>",
      `the trainer's: its tokenizer.json or the folder with it, a folder of npx lacuna tokenizer, or ${NAMED_TOKENIZERS.join(" or ")}; left out: the one the scores are aligned to`,
    )
    .option("--eos <token>", "with --tokenizer: what ends documents, a piece or an id; left out: the tokenizer's own")
    .option("--pad <token>", "with --tokenizer: what fills rows up, a piece or an id; left out: the tokenizer's own");
  addSchemaOptions(command, ExportSettings)
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--json", "print the manifest as JSON")
    .addHelpText("after", textNote("export"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna export runs/mask --to huggingface --sequence-length 2048 --out runs/mask-hf\n  $ npx lacuna export runs/mask --to olmo-core --tokenizer cl100k_base --out runs/mask-olmo",
    )
    .action(exportCommand);
}

async function exportCommand(policies: string, flags: Flags): Promise<void> {
  const { out, to, sequenceLength, bos, weights, files, dryRun, json, eos, pad } = flags;
  const set = await openPolicies(policies);
  if (flags.tokenizer === undefined && (eos ?? pad) !== undefined)
    throw new UserError("--eos and --pad are tokens of the trainer's tokenizer. Give it too: --tokenizer <path>");
  const tokenizer =
    flags.tokenizer === undefined ? undefined : await openTrainerTokenizer(flags.tokenizer, { eos, pad });
  const settings = { to, sequenceLength, bos, weights, files };
  if (dryRun) {
    const { plan, ...planned } = planExport(set, { settings, tokenizer });
    const state = PLACE_TEXT[exportPlace(out, planned.result)];
    const summary = { out, state, shards: plan.inputs.length, key: planned.key, settings: planned.settings };
    const { name, frame } = planned.tokenizer;
    const special = [
      ...describeSpecials(planned.tokenizer),
      describeFraming(planned.frame, planned.settings.bos, frame),
    ];
    console.log(JSON.stringify({ ...summary, tokenizer: name, special }, null, 2));
    return;
  }
  const live = liveLine();
  const started = performance.now();
  const manifest = await exportCorpus(set, out, {
    settings,
    tokenizer,
    progress: (update) => live.show(describeProgress("export", update, (performance.now() - started) / 1000)),
  }).finally(() => live.clear());
  const { plan, records } = set.policies[0].scored;
  showLosses(losses(plan, records));
  console.log(json ? JSON.stringify(manifest, null, 2) : summaryOf(manifest, out));
}

/** What is in it and how a trainer is set up for it: special tokens, rows, what begins a document. */
function summaryOf(manifest: ExportManifest & { found: boolean }, out: string): string {
  const { counts, outputs, found, tokenizer, frame, settings } = manifest;
  const bytes = Object.values(outputs).reduce((sum, file) => sum + file.bytes, 0);
  const share = (part: number) => `${((100 * part) / Math.max(counts.tokens, 1)).toFixed(2)} %`;
  const empty = `Of ${grouped(counts.documents)} documents ${grouped(counts.emptyDocuments)} have no token in ${tokenizer.name}, which normalizes all of their text away; where tokens are written, each is its end-of-text alone`;
  return [
    `${found ? "Found" : "Wrote"} ${out}: ${grouped(counts.writtenDocuments)} documents in ${grouped(Object.keys(outputs).length)} files, ${grouped(bytes)} bytes`,
    `Of ${grouped(counts.tokens)} ${tokenizer.name} tokens: ${share(counts.droppedTokens)} in dropped documents, ${share(counts.maskedTokens)} no longer targets, ${share(counts.removedTokens)} no longer inputs`,
    ...(counts.emptyDocuments > 0 ? [empty] : []),
    ...describeSpecials(tokenizer),
    describeFraming(frame, settings.bos, tokenizer.frame),
  ].join("\n");
}
