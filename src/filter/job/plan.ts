/**
 * @file The plan of a scoring job: what is scored, with what, how. `job.json`, written once, before anything else.
 *
 * It holds nothing that differs between machines, workers or attempts, so that every way of running a job ends with the
 * same bytes. One input file is one shard.
 */
import { z } from "zod";
import { NO_TEXT } from "../../base/no-text.js";

export const JobInput = z.object({
  uri: z.string(),
  source: z.string(),
  bytes: z.int().nonnegative(),
});

export const JobSettings = z.object({
  textField: z.string().default("text").describe("field of a JSONL or Parquet record that holds the text"),
  idField: z.string().default("id").describe("field that holds the document's id"),
  partTokens: z.int().positive().default(1_000_000).describe("tokens between two checkpoints inside a shard"),
  maxBad: z
    .int()
    .nonnegative()
    .default(1000)
    .describe("bad records and lost parts of one file that are set aside, at most; more stop the job"),
  maxRecordBytes: z
    .int()
    .positive()
    .default(512 * 2 ** 20)
    .describe("longest record accepted, bytes after decompression"),
  overlap: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.5)
    .describe("share of a window of a long document that repeats the one before, as context; less is faster"),
  noText: NO_TEXT,
  precision: z.enum(["f32", "int8"]).default("f32").describe("arithmetic of the models; int8 is faster and less exact"),
});
export type JobSettings = z.infer<typeof JobSettings>;

export const JobPlan = z.object({
  /** Hash of all below: two jobs with the same key write the same bytes. */
  key: z.string(),
  version: z.literal(1),
  domain: z.string(),
  /** Fingerprints. */
  classifier: z.string(),
  tokenizer: z.string(),
  settings: JobSettings,
  /** In int8 jobs, the version of the rounding (INT8_VERSION): another one gives other scores. Version 1 had no number. */
  int8Version: z.int().positive().optional(),
  inputs: z.array(JobInput),
});
export type JobPlan = z.infer<typeof JobPlan>;

/** What a committed shard says of itself: `shards/00000.json`. Its existence is the commit. */
export const ShardRecord = z.object({
  shard: z.int().nonnegative(),
  key: z.string(),
  input: z.object({ source: z.string(), bytes: z.int(), sha256: z.string() }),
  /** Rows read, and what became of them; rows = documents + empty + bad + lost. */
  rows: z.int(),
  documents: z.int(),
  empty: z.int(),
  bad: z.int(),
  /** Stretches and rests of the file that could not be read; left out where there are none, as in older records. */
  lost: z.int().optional(),
  tokens: z.int(),
  textBytes: z.int(),
  /** Documents whose words are mostly new to the classifier; left out where there are none, as in older records. */
  unfamiliar: z.int().optional(),
  /** Files of this shard with size and hash, by name. */
  files: z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() })),
});
export type ShardRecord = z.infer<typeof ShardRecord>;

/** `00042`. */
export function shardName(shard: number): string {
  return String(shard).padStart(5, "0");
}

export const JOB_FILES = {
  plan: "job.json",
  manifest: "manifest.json",
  scores: (shard: number) => `shards/${shardName(shard)}.safetensors`,
  record: (shard: number) => `shards/${shardName(shard)}.json`,
  quarantine: (shard: number) => `quarantine/${shardName(shard)}.jsonl`,
  parts: (shard: number) => `parts/${shardName(shard)}/`,
  part: (shard: number, part: number) => `parts/${shardName(shard)}/${String(part).padStart(6, "0")}.safetensors`,
} as const;
