/** @file Reading what jobs wrote down: the plan and the records of committed shards. */
import type { z } from "zod";
import { prettifyError } from "zod";
import { UserError } from "../../base/errors.js";
import type { Store } from "../../base/store/index.js";
import { JOB_FILES, JobPlan, ShardRecord } from "./plan.js";

/** Reads a JSON object of a store against a schema; undefined when there is none. @throws UserError when malformed */
export async function readStored<Schema extends z.ZodType>(
  store: Store,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  if ((await store.size(name)) === undefined) return undefined;
  const shown = `${store.uri}/${name}`;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(await store.read(name)).toString("utf8"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${shown} is not JSON: ${(error as Error).message}.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UserError(`${shown} is not as expected:\n${prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The plan of the job in a store. @throws UserError when there is none */
export async function readPlan(store: Store): Promise<JobPlan> {
  const plan = await readStored(store, JOB_FILES.plan, JobPlan);
  if (plan) return plan;
  throw new UserError(`${store.uri} holds no scoring job: it has no ${JOB_FILES.plan}. Start one: npx lacuna score.`);
}

/** The record of a shard; undefined when it is not committed. @throws UserError when it belongs to another plan */
export async function readRecord(store: Store, plan: JobPlan, shard: number): Promise<ShardRecord | undefined> {
  const record = await readStored(store, JOB_FILES.record(shard), ShardRecord);
  if (!record || (record.key === plan.key && record.shard === shard)) return record;
  throw new UserError(
    `${store.uri}/${JOB_FILES.record(shard)} belongs to shard ${record.shard} of another job (${record.key.slice(0, 12)}, this one is ${plan.key.slice(0, 12)}). Remove it and score again.`,
  );
}

/** Indices of the shards that are not committed yet, ascending. */
export async function pendingShards(store: Store, plan: JobPlan): Promise<number[]> {
  const present = new Set(await store.list("shards/"));
  return plan.inputs.flatMap((_, shard) => (present.has(JOB_FILES.record(shard)) ? [] : [shard]));
}
