/** @file `npx lacuna export`: a scored corpus under its policies, in the format of a trainer. No model is loaded. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { grouped, UserError } from "../base/errors.js";
import { type ExportManifest, ExportSettings, exportCorpus, planExport } from "../filter/export/index.js";
import { openPolicies } from "../filter/policies/index.js";
import {
  createTokenizer,
  loadTokenizer,
  NAMED_TOKENIZERS,
  type NamedTokenizer,
  namedTokenizer,
  type Tokenizer,
} from "../tokens/index.js";
import { describeProgress, liveLine } from "./live.js";
import { addSchemaOptions } from "./options.js";

interface Flags {
  to: ExportSettings["to"];
  sequenceLength?: number;
  weights?: ExportSettings["weights"];
  files?: ExportSettings["files"];
  tokenizer?: string;
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
      `the trainer's: a folder with tokenizer.json and specials.json, or ${NAMED_TOKENIZERS.join(" or ")}; left out: the one the scores are aligned to`,
    );
  addSchemaOptions(command, ExportSettings)
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--json", "print the manifest as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna export runs/mask --to huggingface --sequence-length 2048 --out runs/mask-hf\n  $ npx lacuna export runs/mask --to olmo-core --tokenizer cl100k_base --out runs/mask-olmo",
    )
    .action(exportCommand);
}

async function exportCommand(policies: string, flags: Flags): Promise<void> {
  const { out, to, sequenceLength, weights, files, dryRun, json } = flags;
  const set = await openPolicies(policies);
  const tokenizer = flags.tokenizer === undefined ? undefined : await openTokenizer(flags.tokenizer);
  const settings = { to, sequenceLength, weights, files };
  if (dryRun) {
    const { plan, ...planned } = planExport(set, { settings, tokenizer });
    const state = existsSync(out)
      ? "exists"
      : existsSync(`${out}.partial`)
        ? "goes on from an interrupted run"
        : "would be made";
    const summary = { out, state, shards: plan.inputs.length, key: planned.key, settings: planned.settings };
    console.log(JSON.stringify({ ...summary, tokenizer: planned.tokenizer.name }, null, 2));
    return;
  }
  const live = liveLine();
  const started = performance.now();
  const manifest = await exportCorpus(set, out, {
    settings,
    tokenizer,
    progress: (update) => live.show(describeProgress("export", update, (performance.now() - started) / 1000)),
  }).finally(() => live.clear());
  console.log(json ? JSON.stringify(manifest, null, 2) : summaryOf(manifest, out));
}

/** A tokenizer by name or folder. @throws UserError when it is neither */
async function openTokenizer(given: string): Promise<Tokenizer> {
  if ((NAMED_TOKENIZERS as readonly string[]).includes(given)) {
    const { json, specials } = await namedTokenizer(given as NamedTokenizer);
    return createTokenizer(json, specials);
  }
  if (existsSync(join(given, "tokenizer.json"))) return loadTokenizer(given);
  throw new UserError(
    `--tokenizer ${given} is no folder with a tokenizer.json, nor one of ${NAMED_TOKENIZERS.join(", ")}.`,
  );
}

function summaryOf({ counts, outputs, found, tokenizer }: ExportManifest & { found: boolean }, out: string): string {
  const bytes = Object.values(outputs).reduce((sum, file) => sum + file.bytes, 0);
  const share = (part: number) => `${((100 * part) / Math.max(counts.tokens, 1)).toFixed(2)} %`;
  return [
    `${found ? "Found" : "Wrote"} ${out}: ${grouped(counts.writtenDocuments)} documents in ${grouped(Object.keys(outputs).length)} files, ${grouped(bytes)} bytes`,
    `Of ${grouped(counts.tokens)} ${tokenizer.name} tokens: ${share(counts.droppedTokens)} in dropped documents, ${share(counts.maskedTokens)} no longer targets, ${share(counts.removedTokens)} no longer inputs`,
  ].join("\n");
}
