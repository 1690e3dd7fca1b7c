/**
 * @file Verifying a finished job: everything is read again and compared with what it should be.
 *
 * The plan proves itself by its key, the records by the manifest, the shards by their records, and the manifest by being
 * made anew. Then each shard's inside is checked: counts, order, no gaps, no duplicates. Problems are collected, not
 * thrown, so that one run names them all.
 */
import { createHash } from "node:crypto";
import { UserError } from "../../base/errors.js";
import type { Store } from "../../base/store/index.js";
import { digestOf } from "../../corpus/input/index.js";
import { recordText } from "./commit.js";
import { countsOf, manifestOf, manifestText } from "./finish.js";
import { hasDocuments, losses, requireDocuments } from "./lost.js";
import type { RowCounts } from "./parts.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { readPlan, readRecord } from "./record.js";
import { COPIED, keyOf, planText } from "./start.js";
import { verifyShard } from "./verify-shard.js";

export interface Verification {
  /** One sentence each; none when the job is whole. */
  problems: string[];
  shards: number;
  counts: RowCounts;
  /** Bytes hashed. */
  bytes: number;
}

const READ_BYTES = 8 * 2 ** 20;

export interface VerifyOptions {
  /** Read the input files again too, and compare their hashes. */
  inputs?: boolean;
  onShard?: (done: number, total: number) => void;
}

/** @throws UserError when there is no job at all */
export async function verifyJob(store: Store, { inputs = false, onShard = () => {} }: VerifyOptions = {}) {
  const plan = await readPlan(store);
  const problems: string[] = [];
  const records: ShardRecord[] = [];
  let bytes = 0;
  const check = async (what: () => Promise<string | undefined>) => {
    const problem = await what().catch((error: unknown) => {
      if (error instanceof UserError) return error.message;
      throw error;
    });
    if (problem) problems.push(problem);
  };

  await check(async () => {
    if (keyOf(plan) !== plan.key) return `${JOB_FILES.plan} was changed: its content does not hash to its key.`;
    return differs(store, JOB_FILES.plan, planText(plan));
  });
  for (const shard of plan.inputs.keys()) {
    await check(async () => {
      const record = await readRecord(store, plan, shard);
      if (!record)
        return `Shard ${shard} (${plan.inputs[shard].source}) is missing: it has no ${JOB_FILES.record(shard)}.`;
      records.push(record);
      return differs(store, JOB_FILES.record(shard), recordText(record));
    });
    const record = records.at(-1);
    if (record?.shard === shard) {
      for (const [name, expected] of Object.entries(record.files)) {
        await check(async () => {
          const found = await hashOf(store, name);
          bytes += found?.bytes ?? 0;
          if (!found) return `${name} is missing.`;
          if (found.bytes !== expected.bytes)
            return `${name} has ${found.bytes} bytes, its record says ${expected.bytes}.`;
          if (found.sha256 !== expected.sha256) return `${name} was changed: its SHA-256 is not that of its record.`;
          return undefined;
        });
      }
      await check(() => verifyShard(store, plan, record));
      if (inputs) await check(() => inputProblem(plan, record));
    }
    onShard(shard + 1, plan.inputs.length);
  }
  problems.push(...losses(plan, records));
  await check(async () => {
    if (records.length === plan.inputs.length && !hasDocuments(records)) requireDocuments(store, plan, records);
    return differsManifest(store, plan, records);
  });
  problems.push(...(await strangers(store, plan, records)));
  return { problems, shards: records.length, counts: countsOf(records), bytes } satisfies Verification;
}

async function differs(store: Store, name: string, expected: string): Promise<string | undefined> {
  const found = Buffer.from(await store.read(name)).toString("utf8");
  return found === expected ? undefined : `${name} was changed: its bytes are not those that were written.`;
}

async function differsManifest(store: Store, plan: JobPlan, records: ShardRecord[]): Promise<string | undefined> {
  if ((await store.size(JOB_FILES.manifest)) === undefined) {
    return `The job is not finished: it has no ${JOB_FILES.manifest}. Run the same npx lacuna score command again.`;
  }
  if (records.length !== plan.inputs.length) return undefined; // named already
  return differs(store, JOB_FILES.manifest, manifestText(await manifestOf(store, plan, records)));
}

/** Files that no shard of the job accounts for. */
async function strangers(store: Store, plan: JobPlan, records: ShardRecord[]): Promise<string[]> {
  const known = new Set<string>([JOB_FILES.plan, JOB_FILES.manifest, ...COPIED]);
  for (const shard of plan.inputs.keys()) known.add(JOB_FILES.record(shard)).add(JOB_FILES.scores(shard));
  for (const { files } of records) for (const name of Object.keys(files)) known.add(name);
  const names = (await store.list("")).filter((name) => !name.startsWith("parts/") && !known.has(name));
  return names.map((name) => `${name} does not belong to this job.`);
}

async function inputProblem({ inputs }: JobPlan, { shard, input }: ShardRecord): Promise<string | undefined> {
  const { bytes, sha256 } = await digestOf(inputs[shard]);
  if (bytes === input.bytes && sha256 === input.sha256) return undefined;
  return `${inputs[shard].uri} is not what was scored: it has ${bytes} bytes, SHA-256 ${sha256.slice(0, 12)}; then ${input.bytes}, ${input.sha256.slice(0, 12)}.`;
}

/** Hash of an object, read in pieces. */
async function hashOf(store: Store, name: string): Promise<{ bytes: number; sha256: string } | undefined> {
  const bytes = await store.size(name);
  if (bytes === undefined) return undefined;
  const hash = createHash("sha256");
  for (let start = 0; start < bytes; start += READ_BYTES) {
    hash.update(await store.readRange(name, start, Math.min(start + READ_BYTES, bytes)));
  }
  return { bytes, sha256: hash.digest("hex") };
}
