/** @file Opening a finished job for policies and exports. The classifier's models are not touched. */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { openStore, type Store } from "../../base/store/index.js";
import { ClassifierFile } from "../../classify/index.js";
import { createTokenizer, SpecialsFile, type Tokenizer } from "../../tokens/index.js";
import { requireDocuments } from "./lost.js";
import { JOB_FILES, type JobPlan, type ShardRecord } from "./plan.js";
import { pendingShards, readPlan, readRecord, readStored } from "./record.js";
import type { ScoreBlock, ScoredCorpus } from "./scored.js";
import { openTensors } from "./tensors.js";

/** Documents whose offsets and ids are read at a time. */
const INDEX_DOCUMENTS = 65_536;
export const BLOCK_TOKENS = 4_000_000;

/** Opens a job's result. @throws UserError when the job is missing or unfinished */
export async function openScored(uri: string): Promise<ScoredCorpus> {
  const store = openStore(uri);
  const plan = await readPlan(store);
  const manifest = await readStored(store, JOB_FILES.manifest, z.looseObject({ fingerprint: z.string() }));
  const pending = manifest ? 0 : (await pendingShards(store, plan)).length;
  if (pending > 0) {
    throw new UserError(
      `The scoring job ${uri} is not finished: ${pending} of ${plan.inputs.length} shards are missing. Run the same npx lacuna score command again.`,
    );
  }
  const records: ShardRecord[] = [];
  for (const shard of plan.inputs.keys()) {
    const record = await readRecord(store, plan, shard);
    if (!record)
      throw new UserError(`${uri}/${JOB_FILES.record(shard)} is missing. Check the job: npx lacuna verify ${uri}`);
    records.push(record);
  }
  requireDocuments(store, plan, records);
  if (!manifest) {
    throw new UserError(
      `The scoring job ${uri} is scored, but has no manifest.json. Run the same npx lacuna score command again.`,
    );
  }
  const classifier = await readStored(store, "classifier.json", ClassifierFile);
  if (!classifier) throw new UserError(`${uri}/classifier.json is missing. Check the job: npx lacuna verify ${uri}`);
  const json = Buffer.from(await store.read("tokenizer.json")).toString("utf8");
  const specials = await readStored(store, "specials.json", SpecialsFile);
  if (!specials) throw new UserError(`${uri}/specials.json is missing. Check the job: npx lacuna verify ${uri}`);
  let tokenizer: Tokenizer | undefined;
  return {
    store,
    plan,
    records,
    classifier,
    fingerprint: manifest.fingerprint,
    tokenizer: () => (tokenizer ??= createTokenizer(json, specials)),
    blocks: (shard, blockTokens = BLOCK_TOKENS) => readBlocks(store, plan, records[shard], blockTokens),
  };
}

/** A shard in blocks of whole documents. */
export async function* readBlocks(
  store: Store,
  plan: JobPlan,
  record: ShardRecord,
  blockTokens: number,
): AsyncGenerator<ScoreBlock> {
  const name = JOB_FILES.scores(record.shard);
  const file = await openTensors(store, name);
  if (file.metadata.key !== plan.key) {
    throw new UserError(`${store.uri}/${name} belongs to another job. Check this one: npx lacuna verify ${store.uri}`);
  }
  for (let start = 0; start < record.documents; start += INDEX_DOCUMENTS) {
    const end = Math.min(start + INDEX_DOCUMENTS, record.documents);
    const numbers = async (tensor: string, last: number) =>
      Float64Array.from((await file.read(tensor, start, last)) as BigUint64Array, Number);
    const offsets = await numbers("doc_offsets", end + 1);
    const idOffsets = await numbers("id_offsets", end + 1);
    const rows = await numbers("rows", end);
    const crc32 = (await file.read("crc32", start, end)) as Uint32Array;
    const documentScores = (await file.read("document_scores", start, end)) as Uint8Array;
    const idBytes = Buffer.from((await file.read("ids", idOffsets[0], idOffsets[end - start])).buffer);
    for (let from = 0; from < end - start; ) {
      let to = from + 1;
      while (to < end - start && offsets[to + 1] - offsets[from] <= blockTokens) to++;
      yield {
        first: start + from,
        docOffsets: offsets.slice(from, to + 1).map((offset) => offset - offsets[from]),
        tokenScores: (await file.read("token_scores", offsets[from], offsets[to])) as Uint8Array,
        documentScores: documentScores.subarray(from, to),
        rows: rows.subarray(from, to),
        crc32: crc32.subarray(from, to),
        ids: Array.from({ length: to - from }, (_, index) =>
          idBytes.toString("utf8", idOffsets[from + index] - idOffsets[0], idOffsets[from + index + 1] - idOffsets[0]),
        ),
      };
      from = to;
    }
  }
}
