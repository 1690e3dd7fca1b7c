/**
 * @file Committing a shard: its parts become one score shard and one quarantine file, then its record is created.
 *
 * Everything is streamed part by part. The record is created only if there is none, so of two workers that finish the
 * same shard one commits and the other finds it done; both wrote the same bytes. Parts are removed afterwards.
 */
import { createHash } from "node:crypto";
import { DTYPES, type DtypeName, encodeHeader } from "../../base/safetensors-header.js";
import type { Store } from "../../base/store/index.js";
import { addCounts, NO_ROWS, type Part, setAside } from "./parts.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { readRecord } from "./record.js";
import { lengthOf } from "./tensors.js";

/** Tensors of a score shard in stored order, widest elements first. */
const TENSORS = ["doc_offsets", "id_offsets", "rows", "crc32", "token_scores", "document_scores", "ids"] as const;
/** Tensors that count from the start of the file: parts are shifted, and share their first element. */
const OFFSETS: readonly string[] = ["doc_offsets", "id_offsets"];

/** Makes the shard of its parts, all of them. @returns the record that counts, ours or the one found */
export async function commitShard(
  store: Store,
  plan: JobPlan,
  shard: number,
  parts: readonly Part[],
): Promise<ShardRecord> {
  const { digest } = parts.at(-1)!;
  if (!digest) throw new Error(`Shard ${shard} is committed without its last part`);
  const { source } = plan.inputs[shard];
  const counts = parts.reduce((sum, part) => addCounts(sum, part.counts), NO_ROWS);
  const files: ShardRecord["files"] = {};
  const write = async (name: string, chunks: AsyncIterable<Uint8Array>) => {
    const hash = createHash("sha256");
    let bytes = 0;
    await store.write(
      name,
      (async function* () {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      })(),
    );
    files[name] = { bytes, sha256: hash.digest("hex") };
  };
  await write(JOB_FILES.scores(shard), shardChunks(plan, source, parts));
  if (setAside(counts) > 0) await write(JOB_FILES.quarantine(shard), quarantineChunks(parts));
  const record: ShardRecord = { shard, key: plan.key, input: { source, ...digest }, ...counts, files };
  const isOurs = await store.create(JOB_FILES.record(shard), recordText(record));
  await store.remove(JOB_FILES.parts(shard));
  return isOurs ? record : ((await readRecord(store, plan, shard)) ?? record);
}

/** A record as stored: verification compares bytes. */
export function recordText(record: ShardRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

async function* shardChunks(plan: JobPlan, source: string, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  const described = TENSORS.map((name) => {
    const isOffset = OFFSETS.includes(name);
    const lengths = parts.map(({ file }) => lengthOf(file, name) - (isOffset ? 1 : 0));
    const length = lengths.reduce((sum, count) => sum + count, isOffset ? 1 : 0);
    const dtype = parts[0].file.entries[name].dtype as DtypeName;
    return { name, dtype, shape: [length] };
  });
  yield encodeHeader(described, { tokenizer: plan.tokenizer, classifier: plan.classifier, key: plan.key, source });
  for (const { name, dtype } of described) {
    if (!OFFSETS.includes(name)) {
      for (const { file } of parts) {
        const data = await file.read(name);
        yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      }
      continue;
    }
    let sum = 0n;
    yield new Uint8Array(new DTYPES.U64([0n]).buffer);
    for (const { file } of parts) {
      const ends = ((await file.read(name)) as BigUint64Array).subarray(1);
      const shifted = ends.map((end) => end + sum);
      sum = shifted.at(-1) ?? sum;
      yield new Uint8Array(shifted.buffer);
    }
    if (dtype !== "U64") throw new Error(`${name} is ${dtype}`);
  }
}

async function* quarantineChunks(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { file } of parts) {
    const data = await file.read("quarantine");
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
