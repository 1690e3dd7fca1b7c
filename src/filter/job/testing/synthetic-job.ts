/** @file A small synthetic job for tests: rows made up, a scorer that hashes ids of tokens, a store in memory. */
import { crc32 } from "node:zlib";
import type { Store } from "../../../base/store/index.js";
import type { Row } from "../../../corpus/input/types.js";
import { finishJob } from "../finish.js";
import { JOB_FILES, type JobPlan, JobSettings } from "../plan.js";
import { type ScoreInputOptions, scoreInput } from "../score-input.js";
import { keyOf, planText } from "../start.js";
import type { TokenRow } from "../token-rows.js";

/** A Store in memory. `beforeChange` may throw, as a killed process would stop. */
export function memoryStore(beforeChange: (what: string) => void = () => {}, files = new Map<string, Uint8Array>()) {
  const get = (name: string) => {
    const bytes = files.get(name);
    if (!bytes) throw new Error(`no ${name}`);
    return new Uint8Array(bytes) as Uint8Array<ArrayBuffer>;
  };
  const gather = async (chunks: Parameters<Store["write"]>[1]) => {
    if (typeof chunks === "string") return Buffer.from(chunks);
    if (chunks instanceof Uint8Array) return new Uint8Array(chunks);
    const list: Uint8Array[] = [];
    for await (const chunk of chunks) list.push(chunk);
    return new Uint8Array(Buffer.concat(list));
  };
  const store: Store = {
    uri: "memory",
    size: async (name) => files.get(name)?.length,
    read: async (name) => get(name),
    readRange: async (name, start, end) => get(name).slice(start, end) as Uint8Array<ArrayBuffer>,
    list: async (prefix) => [...files.keys()].filter((name) => name.startsWith(prefix)).sort(),
    async write(name, chunks) {
      const bytes = await gather(chunks);
      beforeChange(`write ${name}`);
      files.set(name, bytes);
    },
    async create(name, chunks) {
      const bytes = await gather(chunks);
      beforeChange(`create ${name}`);
      if (files.has(name)) return false;
      files.set(name, bytes);
      return true;
    },
    async remove(name) {
      beforeChange(`remove ${name}`);
      for (const key of [...files.keys()]) if (key === name || key.startsWith(name)) files.delete(key);
    },
    sweep: async () => beforeChange("sweep"),
  };
  return { store, files };
}

/** Records of one synthetic input: documents of growing length, an empty record and a bad one now and then. */
export function syntheticRows(shard: number, records = 23): Row[] {
  return Array.from({ length: records }, (_, row): Row => {
    if (row % 11 === 7) return { kind: "empty", row };
    if (row % 7 === 5) {
      return { kind: "bad", row, reason: "is not JSON", position: `line ${row + 1}`, excerpt: "{", extent: "record" };
    }
    return {
      kind: "document",
      row,
      id: `shard ${shard}, é ${row}`,
      text: `word${shard} `.repeat((row * row) % 37) + row,
    };
  });
}

const END_OF_TEXT = 999;

/** One token a character. */
export function tokensOf(text: string): Uint32Array<ArrayBuffer> {
  return Uint32Array.from([...Array.from(text, (character) => character.charCodeAt(0)), END_OF_TEXT]);
}

export const openSynthetic: ScoreInputOptions["open"] = async function* (shard, fromRow) {
  for (const row of syntheticRows(shard)) {
    if (row.row < fromRow) continue;
    const isDocument = row.kind === "document";
    yield (
      isDocument
        ? {
            kind: "document",
            row: row.row,
            id: row.id,
            crc32: crc32(row.text),
            textBytes: Buffer.byteLength(row.text),
            position: 1,
            tokens: tokensOf(row.text),
          }
        : row
    ) satisfies TokenRow;
  }
  return { bytes: 1000 + shard, sha256: `synthetic ${shard}` };
};

/** Scores are a function of the token alone; it looks a few documents ahead, as the real one does. */
export const syntheticClassifier = {
  async *score(documents: Iterable<Uint32Array> | AsyncIterable<Uint32Array>) {
    const waiting: Uint32Array[] = [];
    let document = 0;
    const out = (tokens: Uint32Array) => ({
      document: document++,
      tokenScores: Uint8Array.from(tokens, (id) => (id === END_OF_TEXT ? 0 : (id * 37) % 256)),
      documentScore: tokens.length % 256,
    });
    for await (const tokens of documents) {
      waiting.push(tokens);
      if (waiting.length > 3) yield out(waiting.shift()!);
    }
    for (const tokens of waiting) yield out(tokens);
  },
};

export function syntheticPlan(shards: number, settings: Partial<JobSettings> = {}): JobPlan {
  const plan = {
    version: 1 as const,
    domain: "synthetic",
    classifier: "synthetic classifier",
    tokenizer: "synthetic tokenizer",
    settings: JobSettings.parse({ partTokens: 200, ...settings }),
    inputs: Array.from({ length: shards }, (_, shard) => ({ uri: `/in/${shard}`, source: `in/${shard}`, bytes: 1 })),
  };
  return { key: keyOf(plan), ...plan };
}

/** Runs the whole job in this process. */
export async function runSynthetic(store: Store, plan: JobPlan, open = openSynthetic): Promise<boolean> {
  for (const name of ["classifier.json", "tokenizer.json", "specials.json"]) await store.write(name, "{}\n");
  await store.create(JOB_FILES.plan, planText(plan));
  for (const shard of plan.inputs.keys()) {
    await scoreInput(store, plan, syntheticClassifier, shard, { open });
  }
  return finishJob(store, plan);
}
