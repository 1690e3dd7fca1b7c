/**
 * @file Stages: the one way Lacuna turns inputs into an artifact.
 *
 * A stage has a schema for its options, and writes one directory. Running it is content-addressed: a key is hashed from
 * the stage's name and version, its options, and the fingerprints of its inputs; the same key is found, not redone.
 * Work happens in `<out>.partial`, where a stage may keep checkpoints; manifest.json is written last and the directory
 * is renamed, so an artifact without a manifest does not exist. The command line and studies are thin layers over this.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "./errors.js";
import { readJson, unwritable, writeJson } from "./files.js";
import { canonicalJson, sha256, sha256File } from "./hash.js";
import { PACKAGE } from "./package.js";
import { dropIfEmpty, InputList, openPartial, type Place, placeOf, type ResultPlan } from "./place.js";
import type { Progress } from "./progress.js";

export interface StageContext {
  /** Directory to write into. A rerun after a crash finds here what the last attempt left. */
  out: string;
  /** Tell how far the work is; cheap, may be called often. */
  progress: Progress;
  /** Threads the native runtime may use. */
  threads: number;
}

/** What a stage says it will cost. */
export interface Estimate {
  problem?: string;
  [figure: string]: unknown;
}

/** One kind of work. `inputs` names the options that are paths of artifacts or files: they are hashed by content. */
export interface Stage<Schema extends z.ZodObject = z.ZodObject, Result = unknown> {
  name: string;
  /** What it does, one line. */
  summary: string;
  /** Why one runs it, one line. */
  why: string;
  /** Command lines that work as pasted. */
  examples: readonly string[];
  /** Raised whenever the same options would give another result: it invalidates what was stored. */
  version: number;
  options: Schema;
  inputs: readonly (keyof z.output<Schema> & string)[];
  /** Files that are read without being named in an option, as neighbours of one that is: hashed by content as well. */
  beside?(options: z.output<Schema>): readonly string[] | undefined;
  /** Options that say how the work is done, not what it is: they are no part of the key, so a rerun may change them. */
  unkeyed?: readonly (keyof z.output<Schema> & string)[];
  /**
   * What it will cost, for a dry run; undefined when it costs nothing but time. A `problem` says why the run would not
   * come to its end, and what to do: the dry run fails with it.
   */
  estimate?(options: z.output<Schema>): Estimate | undefined | Promise<Estimate | undefined>;
  /** Does the work; what it returns (counts, metrics; no timings) is kept in the manifest. */
  run(options: z.output<Schema>, context: StageContext): Promise<Result>;
}

export function defineStage<Schema extends z.ZodObject, Result>(stage: Stage<Schema, Result>): Stage<Schema, Result> {
  return stage;
}

export const Manifest = z.object({
  stage: z.string(),
  version: z.number(),
  key: z.string(),
  package: z.string(),
  options: z.record(z.string(), z.unknown()),
  inputs: InputList,
  outputs: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
  /** Hash of the outputs: what later stages are keyed by. Does not depend on time or place. */
  fingerprint: z.string(),
  result: z.unknown(),
  seconds: z.number(),
});
export type Manifest = z.infer<typeof Manifest>;

/** Reads an artifact's manifest. @throws UserError when the directory is not a finished artifact (of one of the stages). */
export function readManifest(directory: string, stages?: string | readonly string[]): Manifest {
  const path = join(directory, "manifest.json");
  if (!existsSync(path)) {
    const partial = existsSync(`${directory}.partial`) ? " Making it was interrupted: run that command again." : "";
    throw new UserError(`${directory} is not a finished artifact: it has no manifest.json.${partial}`);
  }
  const manifest = readJson(path, Manifest);
  const wanted = stages === undefined ? [manifest.stage] : [stages].flat();
  if (!wanted.includes(manifest.stage)) {
    throw new UserError(
      `${directory} was made by "npx lacuna ${manifest.stage}", but "npx lacuna ${wanted.join('" or "')}" output is needed here.`,
    );
  }
  return manifest;
}

/** The content hash by which an input counts: an artifact's fingerprint, a file's SHA-256, or a folder's of its files. */
export async function fingerprintOf(path: string): Promise<string> {
  if (!existsSync(path)) {
    const interrupted = existsSync(`${path}.partial`) ? " Making it was interrupted: run that command again." : "";
    throw new UserError(`${path} does not exist.${interrupted || " Check the path."}`);
  }
  if (!statSync(path).isDirectory()) return sha256File(path);
  if (existsSync(join(path, "manifest.json"))) return readManifest(path).fingerprint;
  return sha256(canonicalJson(await hashOutputs(path)));
}

/** Parses options; resolves and fingerprints inputs; the key identifies the result. */
export async function planStage<Schema extends z.ZodObject>(stage: Stage<Schema>, raw: z.input<Schema>) {
  const parsed = stage.options.safeParse(raw);
  if (!parsed.success)
    throw new UserError(`Options of ${stage.name} are not as expected:\n${z.prettifyError(parsed.error)}`);
  const options = parsed.data as z.output<Schema>;
  const inputs: Manifest["inputs"] = {};
  const read = async (name: string, paths: readonly string[]) => {
    inputs[name] = await Promise.all(paths.map(async (path) => ({ path, fingerprint: await fingerprintOf(path) })));
  };
  for (const name of stage.inputs) {
    const value = options[name] as string | string[] | undefined;
    await read(name, value === undefined ? [] : [value].flat());
  }
  const beside = stage.beside?.(options);
  if (beside) await read("beside", beside);
  const fingerprints = Object.fromEntries(
    Object.entries(inputs).map(([name, list]) => [name, list.map((i) => i.fingerprint)]),
  );
  const keyed = Object.entries(decisive({ ...options, ...fingerprints }, stage.unkeyed));
  const key = sha256(canonicalJson([stage.name, stage.version, Object.fromEntries(keyed)]));
  const decided = decisive(options, stage.unkeyed);
  const plan: ResultPlan = { stage: stage.name, version: stage.version, key, options: decided, inputs };
  return { options, inputs, key, plan };
}

/** What stands where a stage's result is to go. @throws UserError when it is another result, finished or interrupted */
export function stagePlace(out: string, plan: ResultPlan, unkeyed: Stage["unkeyed"] = []): Place {
  return placeOf(out, plan, (path) => {
    const { stage, version, key, options, inputs } = readManifest(path);
    return { stage, version, key, options: decisive(options, unkeyed), inputs };
  });
}

/** Options without those that say how the work is done, not what it is. */
function decisive(options: object, unkeyed: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !unkeyed.includes(name)));
}

/**
 * Runs a stage into `out`, or finds the finished result there.
 * @throws UserError when `out` or `out.partial` holds another result, or the disk cannot be written
 */
export async function runStage<Schema extends z.ZodObject, Result>(
  stage: Stage<Schema, Result>,
  raw: z.input<Schema>,
  out: string,
  { progress = () => {}, threads = 1 }: Partial<Omit<StageContext, "out">> = {},
): Promise<Manifest & { found: boolean }> {
  const { options, inputs, key, plan } = await planStage(stage, raw);
  if (stagePlace(out, plan, stage.unkeyed) === "finished") return { ...readManifest(out), found: true };
  try {
    const partial = await openPartial(out, plan);
    return {
      ...(await makeResult(stage, { options, inputs, key }, out, { out: partial, progress, threads })),
      found: false,
    };
  } catch (error) {
    throw unwritable(error, out);
  }
}

async function makeResult<Schema extends z.ZodObject, Result>(
  stage: Stage<Schema, Result>,
  { options, inputs, key }: { options: z.output<Schema>; inputs: Manifest["inputs"]; key: string },
  out: string,
  context: StageContext,
): Promise<Manifest> {
  const started = performance.now();
  const { out: partial } = context;
  const result = await stage.run(options, context).catch((error: unknown) => {
    dropIfEmpty(partial);
    throw error;
  });
  for (const name of readdirSync(partial))
    if (name.startsWith(".") || name.includes(".tmp-")) rmSync(join(partial, name), { recursive: true });
  const outputs = await hashOutputs(partial);
  const manifest: Manifest = {
    stage: stage.name,
    version: stage.version,
    key,
    package: `${PACKAGE.name}@${PACKAGE.version}`,
    options: options as Record<string, unknown>,
    inputs,
    outputs,
    fingerprint: sha256(canonicalJson(outputs)),
    result: result ?? null,
    seconds: Math.round(performance.now() - started) / 1000,
  };
  await writeJson(join(partial, "manifest.json"), manifest);
  renameSync(partial, out);
  return manifest;
}

/** Every file below a folder with its size and hash, sorted by name. */
async function hashOutputs(directory: string): Promise<Manifest["outputs"]> {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const outputs: Manifest["outputs"] = {};
  for (const name of names) {
    const path = join(directory, name);
    if (statSync(path).isFile()) outputs[name] = { bytes: statSync(path).size, sha256: await sha256File(path) };
  }
  return outputs;
}
