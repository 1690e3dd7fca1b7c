/** @file What can be chosen about an export. The schema is the documentation: `npx lacuna export --help` is printed from it. */
import { z } from "zod";

export const FORMATS = [
  "huggingface",
  "torchtitan",
  "olmo-core",
  "megatron",
  "gpt-neox",
  "levanter",
  "mds",
  "nanogpt",
  "datatrove",
  "dolma",
  "text",
] as const;
export type FormatName = (typeof FORMATS)[number];

export const ExportSettings = z.object({
  to: z.enum(FORMATS).describe("format to write"),
  sequenceLength: z
    .int()
    .min(2)
    .max(2 ** 20)
    .optional()
    .describe("pack documents into rows of this many tokens; left out: one row per document"),
  bos: z
    .enum(["auto", "yes", "no"])
    .default("auto")
    .describe("beginning-of-text before every document: as the trainer's tokenizer itself would, always, or never"),
  weights: z
    .enum(["hard", "soft"])
    .default("hard")
    .describe("levanter only: weight 0 or 1 by the policy, or 1 - p of every token"),
  files: z
    .enum(["parquet", "jsonl"])
    .optional()
    .describe("levanter (default parquet) and text (default jsonl, gzipped): kind of file"),
});
export type ExportSettings = z.infer<typeof ExportSettings>;
