/**
 * @file Export: a scored corpus under a set of policies, written for a trainer.
 *
 * One input shard makes one set of files, so memory does not grow with the corpus. Work happens in `<out>.partial`;
 * a shard is done when `shards/NNNNN.json` names its files, and a rerun goes on with the next. manifest.json is written
 * last and the folder is renamed: an export without a manifest does not exist. Same policies, tokenizer and settings:
 * same bytes.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson, unwritable, writeJson } from "../../base/files.js";
import { canonicalJson, sha256 } from "../../base/hash.js";
import { PACKAGE } from "../../base/package.js";
import { openPartial, type Place, placeOf, type ResultPlan } from "../../base/place.js";
import type { Progress } from "../../base/progress.js";
import { SPECIAL_NAMES, SpecialsFrame, type Tokenizer } from "../../tokens/index.js";
import { shardName } from "../job/plan.js";
import { type PolicySet, tokensOf } from "../policies/index.js";
import { checkPolicies } from "./combine.js";
import { addCounts, count, ExportCounts, noCounts } from "./counts.js";
import type { Format } from "./formats/format.js";
import { formatOf } from "./formats/index.js";
import { framingOf } from "./framing.js";
import { Output, TEMPORARY } from "./output.js";
import { ExportSettings } from "./settings.js";
import { copiesOf, passesOf } from "./top-up.js";
import { documentViews, type ViewOptions } from "./views.js";

/** Raised whenever the same export would have other bytes. */
const VERSION = 2;

const Files = z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() }));
const ShardExport = z.object({ shard: z.int(), counts: ExportCounts, files: Files });

export const ExportManifest = z.object({
  stage: z.literal("export"),
  version: z.literal(VERSION),
  key: z.string(),
  package: z.string(),
  settings: ExportSettings,
  /** Fingerprint of the set of policies. */
  policies: z.string(),
  /** The trainer's; ids of special tokens included. */
  tokenizer: z.object({
    name: z.string(),
    fingerprint: z.string(),
    vocabularySize: z.int(),
    /** Ids of the vocabulary in tokenizer.json end before this one. */
    entries: z.int(),
    specials: z.record(z.enum(SPECIAL_NAMES), z.int()),
    /** How each is written. */
    texts: z.record(z.enum(SPECIAL_NAMES), z.string()),
    /** Where the id of each is from, in words. */
    origins: z.partialRecord(z.enum(SPECIAL_NAMES), z.string()),
    /** What the tokenizer itself would put around a text. */
    frame: SpecialsFrame,
  }),
  /** What stands around every text, end-of-text aside. */
  frame: z.object({ before: z.array(z.int()), after: z.array(z.int()) }),
  counts: ExportCounts,
  /** By input file. */
  shards: z.array(z.object({ shard: z.int(), source: z.string(), counts: ExportCounts })),
  outputs: Files,
  /** Hash of the outputs. */
  fingerprint: z.string(),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

export interface ExportOptions extends Pick<ViewOptions, "tokenizer" | "rowsOf"> {
  settings: z.input<typeof ExportSettings>;
  progress?: Progress;
}

/**
 * Exports a corpus into a folder, or finds it finished there.
 * @throws UserError when `out` holds something else or cannot be written, settings do not fit the format, or the input
 * has changed
 */
export async function exportCorpus(
  set: PolicySet,
  out: string,
  options: ExportOptions,
): Promise<ExportManifest & { found: boolean }> {
  if (out.includes("://"))
    throw new UserError(`An export goes into a folder on disk, not to ${out}. Copy it there afterwards.`);
  try {
    return await exportInto(set, out, options);
  } catch (error) {
    throw unwritable(error, out);
  }
}

async function exportInto(set: PolicySet, out: string, options: ExportOptions) {
  const planned = planExport(set, options);
  const { plan, settings, format, tokenizer, frame, key } = planned;
  if (exportPlace(out, planned.result) === "finished") return { ...readFinished(out), found: true };
  const partial = await openPartial(out, planned.result);
  removeUnfinished(partial);
  const shards: z.infer<typeof ShardExport>[] = [];
  const total = tokensOf(set.policies[0].scored);
  let before = 0;
  for (const shard of plan.inputs.keys()) {
    const record = join(partial, "shards", `${shardName(shard)}.json`);
    if (!existsSync(record)) {
      const context = { settings, tokenizer, frame, format, partial, rowsOf: options.rowsOf };
      const tell = (tokens: number) => options.progress?.({ done: before + tokens, total, unit: "tokens" });
      await writeJson(record, await exportShard(set, shard, context, tell));
    }
    shards.push(readJson(record, ShardExport));
    before += set.policies[0].scored.records[shard].tokens;
  }
  const whole = new Output(partial);
  await format.finish?.(whole, [...plan.inputs.keys()].map(shardName), { settings, tokenizer });
  const outputs = Object.fromEntries(
    [...shards.flatMap(({ files }) => Object.entries(files)), ...Object.entries(whole.files)].sort(([a], [b]) =>
      a < b ? -1 : 1,
    ),
  );
  const { name, fingerprint, vocabularySize, entries, specials, texts, origins } = tokenizer;
  const manifest: ExportManifest = {
    stage: "export",
    version: VERSION,
    key,
    package: `${PACKAGE.name}@${PACKAGE.version}`,
    settings,
    policies: set.fingerprint,
    tokenizer: { name, fingerprint, vocabularySize, entries, specials, texts, origins, frame: tokenizer.frame },
    frame: { before: [...frame.before], after: [...frame.after] },
    counts: shards.reduce((sum, { counts }) => addCounts(sum, counts), noCounts()),
    shards: shards.map(({ shard, counts }) => ({ shard, source: plan.inputs[shard].source, counts })),
    outputs,
    fingerprint: sha256(canonicalJson(outputs)),
  };
  rmSync(join(partial, "shards"), { recursive: true, force: true });
  for (const name of readdirSync(partial)) if (name.startsWith(".")) rmSync(join(partial, name));
  await writeJson(join(partial, "manifest.json"), manifest);
  renameSync(partial, out);
  return { ...manifest, found: false };
}

/** What an export would be, without doing it. @throws UserError as exportCorpus does */
export function planExport(set: PolicySet, { settings: given, tokenizer: other }: ExportOptions) {
  checkPolicies(set);
  const parsed = ExportSettings.safeParse(given);
  if (!parsed.success) throw new UserError(`Export settings are not as expected:\n${z.prettifyError(parsed.error)}`);
  const settings = parsed.data;
  const format = formatOf(settings.to);
  refuseUnused(format, given);
  const [{ scored }] = set.policies;
  const tokenizer = other ?? scored.tokenizer();
  const frame = framingOf(settings, format, tokenizer);
  const key = sha256(canonicalJson([VERSION, settings, tokenizer.fingerprint, frame, set.fingerprint]));
  const result = resultPlan({ key, settings, policies: set.fingerprint, tokenizer });
  return { plan: scored.plan, settings, format, tokenizer, frame, key, result };
}

/** Values of settings that ask for nothing. */
const NEUTRAL = ["hard", "auto", "no"];

/** A setting that would do nothing is a mistake. */
function refuseUnused({ name, takes }: Format, given: z.input<typeof ExportSettings>): void {
  const flags = {
    bos: "--bos yes",
    sequenceLength: "--sequence-length",
    weights: "--weights",
    files: "--files",
  } as const;
  for (const [setting, flag] of Object.entries(flags) as [keyof typeof flags, string][]) {
    if (given[setting] === undefined || takes.includes(setting) || NEUTRAL.includes(`${given[setting]}`)) continue;
    const why =
      setting === "sequenceLength"
        ? "its files are one stream of tokens, which the trainer cuts"
        : setting === "bos"
          ? "it writes text, to which the trainer's tokenizer adds what it adds"
          : "it has no use for it";
    throw new UserError(`${flag} does not go with --to ${name}: ${why}. Leave it out.`);
  }
}

/** What stands where an export is to go. @throws UserError when it is another result, finished or interrupted */
export function exportPlace(out: string, result: ResultPlan): Place {
  return placeOf(out, result, (path) => {
    const { key, settings, policies, tokenizer } = readFinished(path);
    return resultPlan({ key, settings, policies, tokenizer });
  });
}

function resultPlan(made: Pick<ExportManifest, "key" | "settings" | "policies"> & { tokenizer: Named }): ResultPlan {
  const { key, settings, policies, tokenizer } = made;
  const inputs = {
    policies: [{ path: `of fingerprint ${policies.slice(0, 12)}`, fingerprint: policies }],
    tokenizer: [
      { path: `${tokenizer.name} (${tokenizer.fingerprint.slice(0, 12)})`, fingerprint: tokenizer.fingerprint },
    ],
  };
  return { stage: "export", version: VERSION, key, options: settings, inputs };
}

type Named = Pick<Tokenizer, "name" | "fingerprint">;

function readFinished(out: string): ExportManifest {
  const path = join(out, "manifest.json");
  if (!existsSync(path))
    throw new UserError(`${out} exists and is no finished export. Give another --out, or delete it.`);
  const other = readJson(path, z.looseObject({ stage: z.string().default("?") }));
  if (other.stage !== "export")
    throw new UserError(
      `${out} holds another result, of "npx lacuna ${other.stage}". Give another --out, or delete ${out}.`,
    );
  return readJson(path, ExportManifest);
}

/** Removes files that an attempt before left unfinished; finished shards stay. */
function removeUnfinished(partial: string): void {
  mkdirSync(join(partial, "shards"), { recursive: true });
  for (const name of readdirSync(partial, { recursive: true, encoding: "utf8" })) {
    if (name.includes(TEMPORARY)) rmSync(join(partial, name), { force: true });
  }
}

interface ShardContext extends Pick<ViewOptions, "rowsOf" | "frame"> {
  settings: ExportSettings;
  tokenizer: Tokenizer;
  format: Format;
  partial: string;
}

async function exportShard(
  set: PolicySet,
  shard: number,
  { settings, tokenizer, frame, format, partial, rowsOf }: ShardContext,
  tell: (tokens: number) => void,
): Promise<z.infer<typeof ShardExport>> {
  const output = new Output(partial);
  const counts = noCounts();
  try {
    const writer = await format.open({ output, shard: shardName(shard), settings, tokenizer });
    const passes = format.isAnnotation ? 1 : passesOf(set.topUp);
    for (let pass = 0; pass < passes; pass++) {
      const isWanted = pass === 0 ? undefined : (id: string) => copiesOf(set.topUp, id) > pass;
      for await (const view of documentViews(set, shard, { tokenizer, frame, isWanted, rowsOf })) {
        count(counts, view, pass);
        if (format.isAnnotation || !view.isDropped) await writer.add(view);
        tell(counts.tokens);
      }
    }
    await writer.close();
  } finally {
    await output.discard();
  }
  return { shard, counts, files: output.files };
}
