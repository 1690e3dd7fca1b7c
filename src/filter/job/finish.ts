/**
 * @file Finishing a job: the manifest, once every shard is committed.
 *
 * It follows from the plan and the records alone, so whoever writes it writes the same bytes.
 */
import { canonicalJson, sha256 } from "../../base/hash.js";
import { PACKAGE } from "../../base/package.js";
import type { Store } from "../../base/store/index.js";
import { recordText } from "./commit.js";
import { requireDocuments } from "./lost.js";
import { addCounts, NO_ROWS, type RowCounts } from "./parts.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { readRecord } from "./record.js";
import { COPIED, planText } from "./start.js";

export interface JobManifest {
  stage: "score-job";
  package: string;
  key: string;
  domain: string;
  /** Sums over shards. */
  counts: RowCounts;
  /** SHA-256 of every file of the job but this one; a shard's own files are named in its record. */
  files: Record<string, string>;
  /** Hash of all of the above. */
  fingerprint: string;
}

/**
 * Writes the manifest if all shards are committed.
 * @returns whether they are
 * @throws UserError when they hold no document: such a job is never finished
 */
export async function finishJob(store: Store, plan: JobPlan): Promise<boolean> {
  if ((await store.size(JOB_FILES.manifest)) === undefined) {
    const records: ShardRecord[] = [];
    for (const shard of plan.inputs.keys()) {
      const record = await readRecord(store, plan, shard);
      if (!record) return false;
      records.push(record);
    }
    requireDocuments(store, plan, records);
    await store.create(JOB_FILES.manifest, manifestText(await manifestOf(store, plan, records)));
  }
  // After the manifest, and again when it is found: whoever was stopped in between left this undone.
  await store.remove("parts/");
  await store.sweep();
  return true;
}

/** The manifest that a plan and its records make. */
export async function manifestOf(store: Store, plan: JobPlan, records: readonly ShardRecord[]): Promise<JobManifest> {
  const files: Record<string, string> = { [JOB_FILES.plan]: sha256(planText(plan)) };
  for (const name of COPIED) files[name] = sha256(await store.read(name));
  for (const record of records) files[JOB_FILES.record(record.shard)] = sha256(recordText(record));
  const content = {
    stage: "score-job" as const,
    package: `${PACKAGE.name}@${PACKAGE.version}`,
    key: plan.key,
    domain: plan.domain,
    counts: countsOf(records),
    files,
  };
  return { ...content, fingerprint: sha256(canonicalJson(content)) };
}

export function countsOf(records: readonly ShardRecord[]): RowCounts {
  return records.reduce((sum, record) => addCounts(sum, record), NO_ROWS);
}

/** A manifest as stored: verification compares bytes. */
export function manifestText(manifest: JobManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
