/** @file `npx lacuna classifier new`: from texts and a domain file to a classifier, and a page that says how good it is. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { OFFSETS, type Offsets, readDomain } from "../label/index.js";
import {
  adviceOf,
  madeSentence,
  NewClassifierConfig,
  type NewClassifierOptions,
  planNewClassifier,
  type QualityFile,
  runNewClassifier,
  type TokenizerChoice,
  verdictSentence,
} from "../study/new-classifier/index.js";
import { NAMED_TOKENIZERS } from "../tokens/index.js";
import { clock, compact } from "./live.js";
import { addNoText, addSchemaOptions } from "./options.js";
import { addStepOptions, listSteps, type StepFlags, showSteps } from "./steps.js";
import { textNote } from "./text-notes.js";

interface Flags extends StepFlags, NewClassifierConfig {
  domain: string;
  out: string;
  tokenizer?: string;
  spans?: string;
  offsets?: Offsets;
  noText?: boolean;
}

export function addClassifierNewCommand(group: Command): void {
  const command = group
    .command("new")
    .summary("Make a classifier from texts and a domain file, and say how good it is")
    .description(
      "Makes a classifier of a domain from your texts and a domain file: sentences with a term of its lexicon teach which words keep a term company.\nWrites classifier/, ready for npx lacuna score, and classifier.html, which says how good it is and shows passages to judge. Interrupt it at will: the same command goes on.",
    )
    .argument("<texts...>", "JSONL, Parquet, text or WET files (.gz, .zst) or folders, of the kind to be filtered")
    .requiredOption("--domain <file>", "what to filter, e.g. domains/law.json; docs/labelling.md says how to write one")
    .requiredOption("--out <folder>", "where everything goes")
    .option("--spans <file>", "JSONL of spans marked by hand (npx lacuna label-spans): these documents only grade")
    .addOption(new Option("--offsets <unit>", "what the spans' start and end count").choices(OFFSETS))
    .option(
      "--tokenizer <path>",
      `a folder (npx lacuna tokenizer), a tokenizer.json, or ${NAMED_TOKENIZERS.join(" or ")}; left out: learned from the texts`,
    );
  addNoText(addSchemaOptions(command, NewClassifierConfig));
  addStepOptions(command, "quality.json")
    .addHelpText("after", textNote("classifier new"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna classifier new texts/ --domain domains/law.json --out runs/law\n  $ npx lacuna classifier new texts/*.jsonl.gz --text-field body --domain domains/law.json --spans marked.jsonl --offsets bytes --out runs/law-2",
    )
    .action(classifierNew);
}

async function classifierNew(texts: string[], flags: Flags): Promise<void> {
  const { domain, spans, offsets, out, workers, dryRun, json } = flags;
  for (const path of [...texts, domain, spans]) {
    if (path !== undefined && !existsSync(path)) throw new UserError(`${path} does not exist. Check the path.`);
  }
  readDomain(domain);
  if (spans !== undefined && offsets === undefined)
    throw new UserError(`--spans ${spans} needs --offsets utf16 or --offsets bytes: what its start and end count.`);
  const parsed = NewClassifierConfig.safeParse(flags);
  if (!parsed.success)
    throw new UserError(`Options of classifier new are not as expected:\n${z.prettifyError(parsed.error)}`);
  const options: NewClassifierOptions = {
    ...{ config: parsed.data, texts, domain, out, workers, noText: flags.noText },
    ...{ tokenizer: flags.tokenizer === undefined ? undefined : tokenizerOf(flags.tokenizer) },
    ...{ spans: spans === undefined ? undefined : { file: spans, offsets: offsets! } },
  };
  const plan = await planNewClassifier(options, dryRun ? options.out : undefined);
  if (dryRun) {
    listSteps(plan);
    return;
  }
  console.error(`At most ${compact(flags.maxBytes)}B of text is used, the same share of every file (--max-bytes).`);
  const { result, seconds } = await showSteps(plan, { workers, out }, (onEvent) =>
    runNewClassifier({ ...options, onEvent }),
  );
  console.log(json ? JSON.stringify(result, null, 2) : summaryOf(result, texts, flags, seconds));
}

/** @throws UserError when it is neither a folder of ours, nor a file, nor a name */
function tokenizerOf(given: string): TokenizerChoice {
  const name = NAMED_TOKENIZERS.find((one) => one === given);
  if (name) return { name };
  if (existsSync(join(given, "specials.json"))) return { folder: given };
  if (existsSync(given) && statSync(given).isFile()) return { file: given };
  throw new UserError(
    `--tokenizer ${given} is no folder of npx lacuna tokenizer, no tokenizer.json, and not ${NAMED_TOKENIZERS.join(" or ")}.`,
  );
}

function summaryOf(quality: QualityFile, texts: readonly string[], flags: Flags, seconds: number): string {
  const { out, textField, idField } = flags;
  const defaults = NewClassifierConfig.parse({});
  const fields = [
    ...(textField === defaults.textField ? [] : ["--text-field", textField]),
    ...(idField === defaults.idField ? [] : ["--id-field", idField]),
  ];
  const to = ["--classifier", join(out, "classifier"), "--out", join(out, "scored")];
  // A shell may have made hundreds of files of one pattern.
  const given = texts.length > 8 ? ["TEXTS"] : texts;
  const notes = [...quality.warnings, ...adviceOf(quality)];
  return [
    ...["", madeSentence(quality), verdictSentence(quality), ...notes.map((note) => `- ${note}`), ""],
    `Page: ${join(out, "classifier.html")}   Numbers: ${join(out, "quality.json")}   (${clock(seconds)})`,
    `Next: ${["npx", "lacuna", "score", ...given, ...fields, ...to].map(quoted).join(" ")}`,
  ].join("\n");
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
