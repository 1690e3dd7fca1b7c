/** @file The inside of a score shard: counts, order, no gaps, no duplicates. */
import { UserError } from "../../base/errors.js";
import type { Store } from "../../base/store/index.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { lengthOf, openTensors, type TensorsFile } from "./tensors.js";

/** Elements looked at at a time. */
const STEP = 1 << 16;

/** @returns what is wrong, or undefined */
export async function verifyShard(store: Store, plan: JobPlan, record: ShardRecord): Promise<string | undefined> {
  const name = JOB_FILES.scores(record.shard);
  const file = await openTensors(store, name);
  const { documents, tokens, rows, empty, bad, lost = 0 } = record;
  if (file.metadata.key !== plan.key) return `${name} belongs to another job.`;
  if (rows !== documents + empty + bad + lost) {
    return `${JOB_FILES.record(record.shard)} counts ${rows} records, but ${documents} documents, ${empty} empty, ${bad} bad and ${lost} lost.`;
  }
  const expected = {
    token_scores: tokens,
    document_scores: documents,
    doc_offsets: documents + 1,
    rows: documents,
    crc32: documents,
    id_offsets: documents + 1,
  };
  for (const [tensor, length] of Object.entries(expected)) {
    if (lengthOf(file, tensor) !== length) {
      return `${name} has ${lengthOf(file, tensor)} ${tensor}, its record needs ${length}.`;
    }
  }
  const total = { doc_offsets: tokens, id_offsets: lengthOf(file, "ids") };
  for (const [tensor, end] of Object.entries(total)) {
    const [first, last] = await ascending(file, tensor, documents + 1, false, name);
    if (first !== 0n || last !== BigInt(end))
      return `${name}: ${tensor} run from ${first} to ${last}, not from 0 to ${end}.`;
  }
  const [, lastRow] = await ascending(file, "rows", documents, true, name);
  if (lastRow >= BigInt(rows)) return `${name} has a document of record ${lastRow}, the input has ${rows} records.`;
  return undefined;
}

/** First and last element of a tensor that must not fall, and rise everywhere if `strictly`: no record twice. */
async function ascending(file: TensorsFile, tensor: string, length: number, strictly: boolean, name: string) {
  let first: bigint | undefined;
  let previous = -1n;
  for (let start = 0; start < length; start += STEP) {
    const values = (await file.read(tensor, start, Math.min(start + STEP, length))) as BigUint64Array;
    for (const value of values) {
      first ??= value;
      if (value < previous || (strictly && value === previous)) {
        throw new UserError(`${name}: ${tensor} do not ascend at ${value}.`);
      }
      previous = value;
    }
  }
  return [first ?? 0n, previous < 0n ? -1n : previous] as const;
}
