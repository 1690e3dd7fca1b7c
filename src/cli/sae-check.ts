/** @file `npx lacuna sae-check`: is this sparse autoencoder read at the hook it was trained on, or one off? */
import type { Command } from "commander";
import { UserError } from "../base/errors.js";
import { findInputs, wholeRows } from "../corpus/index.js";
import {
  checkSae,
  openModel,
  openSae,
  openTextEncoder,
  parseHook,
  readSae,
  type SaeCheck,
  type SaeDefinition,
} from "../models/index.js";
import { describeProgress, liveLine } from "./live.js";
import { numberOf } from "./options.js";

interface Flags {
  model: string;
  sae: string;
  hook?: string;
  tokens: number;
  textField: string;
  threads: number;
  json?: boolean;
}

export function addSaeCheckCommand(program: Command): void {
  program
    .command("sae-check")
    .summary("Check that a sparse autoencoder is read at the right hook")
    .description(
      "Measures how well a sparse autoencoder rebuilds a model's states at a hook and one block before and after it.\nRead one block off, it still gives activations, and labels made of them are wrong without a warning.",
    )
    .argument("<text...>", "text to measure on: JSONL, Parquet or text files (.gz, .zst), folders, globs")
    .requiredOption("--model <path>", "model of ours, or a Hugging Face directory (Gemma 2, Llama, GPT-2, GPT-NeoX)")
    .requiredOption("--sae <path>", "Gemma Scope params.npz or folder, SAELens folder, or what npx lacuna sae made")
    .option("--hook <hook>", "resid_pre.L, resid_post.L, attn_out.L or mlp_out.L; default: what the files say")
    .option("--tokens <number>", "tokens to measure on", numberOf, 20_000)
    .option("--text-field <name>", "field that holds the text", "text")
    .option("--threads <number>", "threads of the native runtime", numberOf, 1)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx lacuna sae-check texts.jsonl --model runs/demo/train-baseline-40x2-s1 --sae runs/demo/sae\n  $ npx lacuna sae-check texts.jsonl --model gemma-2-9b --sae gemma-scope-9b-pt-res/layer_31/width_16k/average_l0_76/params.npz --hook resid_post.31",
    )
    .action((inputs: string[], flags: Flags) => saeCheck(inputs, flags));
}

async function saeCheck(inputs: string[], flags: Flags): Promise<void> {
  const definition = await readSae(flags.sae);
  const hook = flags.hook === undefined ? definition.hook : parseHook(flags.hook);
  if (!hook)
    throw new UserError(
      `${flags.sae} ${definition.hookName ? `names "${definition.hookName}", which is at no hook of ours` : "does not say what it reads"}. Give --hook, e.g. resid_post.31.`,
    );
  const model = await openModel(flags.model, { threads: flags.threads, lastLayer: hook.layer + 1, tokensPerRun: 1024 });
  const sae = openSae(definition, { threads: flags.threads });
  const live = liveLine();
  const started = performance.now();
  try {
    const documents = await firstTokens(inputs, flags, openTextEncoder(flags.model));
    const total = Math.min(
      flags.tokens,
      documents.reduce((sum, { length }) => sum + length, 0),
    );
    const onProgress = (done: number) => {
      const update = { done, total, unit: "tokens", detail: "measuring" };
      live.show(describeProgress("sae-check", update, (performance.now() - started) / 1000));
    };
    const check = await checkSae(model, sae, hook, documents, { tokens: flags.tokens, onProgress });
    live.clear();
    const { format, hookName: says, model: madeFor, width, latents } = definition;
    const source = { format, width, latents, says, madeFor };
    console.log(flags.json ? JSON.stringify({ sae: source, ...check }, null, 2) : describe(definition, check));
  } finally {
    live.clear();
    await sae.release();
    await model.release();
  }
}

/** Documents from the inputs' start, until there are enough tokens. Rows that cannot be read are passed over. */
async function firstTokens(
  inputs: readonly string[],
  { tokens, textField }: Flags,
  encode: (text: string) => Uint32Array,
): Promise<Uint32Array[]> {
  const documents: Uint32Array[] = [];
  let found = 0;
  for (const file of await findInputs(inputs)) {
    for await (const row of wholeRows(file, { textField, idField: "id", maxRecordBytes: MOST_BYTES })) {
      if (row.kind !== "document") continue;
      documents.push(encode(row.text));
      found += documents[documents.length - 1].length;
      if (found >= tokens) return documents;
    }
  }
  return documents;
}

const MOST_BYTES = 16 * 2 ** 20;

function describe({ format, width, latents, hookName: says, model }: SaeDefinition, check: SaeCheck): string {
  const left = check.outliers > 0 ? ` (${check.outliers} left out: more than 10 times as long as the median)` : "";
  const madeFor = model ? `, made for ${model}` : "";
  const lines = check.hooks.map(({ hook, fvu, r2, l0 }) => {
    const mark = `${hook === check.hook ? " <- named" : ""}${hook === check.best ? " <- best" : ""}`;
    return `  ${hook.padEnd(14)} ${fvu.toFixed(4).padStart(9)} ${r2.toFixed(4).padStart(9)} ${l0.toFixed(1).padStart(8)}${mark}`;
  });
  return [
    `${format}: ${latents} latents of width ${width}; its files name ${says ?? "no hook"}${madeFor}.`,
    `On ${check.tokens} tokens${left}:`,
    `  ${"hook".padEnd(14)} ${"FVU".padStart(9)} ${"R2".padStart(9)} ${"L0".padStart(8)}`,
    ...lines,
    verdictOf(check),
  ].join("\n");
}

/** One sentence with what to do. */
function verdictOf({ verdict, hook, best, hooks }: SaeCheck): string {
  const fvu = Math.min(...hooks.map((quality) => quality.fvu)).toFixed(2);
  if (verdict === "right") return `Right: of the three, ${hook} is rebuilt best.`;
  if (verdict === "off-by-one")
    return `Off by one: it rebuilds ${best} best, not ${hook}. Read it with --hook ${best}.`;
  if (verdict === "undecided")
    return `Undecided: ${best} is rebuilt best, but hardly better than ${hook}. Give more text.`;
  return `Unexplained: even ${best} is left ${fvu} unexplained. Is it for another model, another place, or other text?`;
}
