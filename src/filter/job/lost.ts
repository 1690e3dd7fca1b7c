/**
 * @file What a job could not read: parts of files that are lost, and a job in which there is nothing.
 *
 * A lost part is not a bad record: nobody knows how many documents were in it. The job goes on and is finished, but it is not whole,
 * and everything that reads it can say so.
 */
import { grouped, UserError } from "../../base/errors.js";
import type { Store } from "../../base/store/index.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";

/** One sentence for each shard of which a part is lost. */
export function losses(plan: JobPlan, records: readonly ShardRecord[]): string[] {
  return records
    .filter(({ lost = 0 }) => lost > 0)
    .map(({ shard, documents, lost = 0 }) => {
      const parts = lost === 1 ? "a part" : `${grouped(lost)} parts`;
      return `${plan.inputs[shard].uri} is not whole: ${parts} of it could not be read, so how many documents it has is unknown; ${grouped(documents)} were read (${JOB_FILES.quarantine(shard)} says why).`;
    });
}

/** @throws UserError when there is no document in any shard */
export function requireDocuments(store: Pick<Store, "uri">, plan: JobPlan, records: readonly ShardRecord[]): void {
  if (hasDocuments(records)) return;
  const sum = (name: "empty" | "bad" | "lost") => records.reduce((all, record) => all + (record[name] ?? 0), 0);
  const found = [
    [sum("empty"), "empty"],
    [sum("bad"), "bad"],
    [sum("lost"), "lost parts of files"],
  ] as const;
  const parts = found.filter(([count]) => count > 0).map(([count, what]) => `${grouped(count)} ${what}`);
  const why =
    parts.length === 0
      ? "its inputs hold no record"
      : `its inputs gave nothing else than ${parts.join(", ")}${sum("bad") + sum("lost") > 0 ? ` (${store.uri}/quarantine says why)` : ""}`;
  throw new UserError(
    `The scoring job ${store.uri} has no document: ${why}. Check the inputs and --text-field ${plan.settings.textField}, and score into another --out.`,
  );
}

export function hasDocuments(records: readonly ShardRecord[]): boolean {
  return records.some(({ documents }) => documents > 0);
}
