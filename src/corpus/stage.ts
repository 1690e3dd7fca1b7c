/** @file The `corpus` stage: text in, documents.jsonl with splits out. */
import { z } from "zod";
import { defineStage } from "../base/stage.js";
import { buildCorpus } from "./build.js";
import { previewCorpus } from "./preview.js";
import { writeDocuments } from "./store.js";
import { summarise } from "./summary.js";
import { MIXINGS } from "./wordnet/mixing.js";

export const CorpusOptions = z.object({
  files: z
    .array(z.string())
    .optional()
    .describe("JSONL, .txt, WET (each also .gz, .zst) or Parquet files, or folders; none: the embedded WordNet pages"),
  textField: z.string().default("text").describe("field of a JSONL record that holds the text"),
  idField: z.string().default("id").describe("field that holds the document's id"),
  domainField: z.string().default("domain").describe("field with the document's domain, used only to grade"),
  maxBytes: z.int().positive().optional().describe("cap on the bytes of text; every file gives the same share"),
  medicalShare: z.number().gt(0).lt(1).default(0.11).describe("embedded text: share of characters in medical entries"),
  biologyShare: z.number().min(0).lt(1).default(0.2).describe("embedded text: share of characters in biology entries"),
  mixing: z
    .enum(MIXINGS)
    .default("web")
    .describe("embedded text: pages mostly about one thing (web), all about one (pure), or of neighbours (alphabet)"),
  validationShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe("share of documents (of the alphabet, embedded) kept to choose settings on"),
  testShare: z.number().min(0).max(0.5).default(0.07).describe("share kept for the final measurement"),
  heldOut: z
    .string()
    .optional()
    .describe("JSONL whose ids name documents that are test whatever the shares, and taken whatever the cap"),
  seed: z.int().nonnegative().default(1).describe("seed of thinning, sampling and order"),
});

export const corpusStage = defineStage({
  name: "corpus",
  summary: "Gathers documents, splits them into train, validation and test, and shuffles them.",
  why: "Every later step reads this one fixed set, so results can be compared and repeated.",
  examples: [
    "npx lacuna corpus --out runs/corpus",
    "npx lacuna corpus --files texts/ --max-bytes 50000000 --out runs/my-corpus",
  ],
  version: 2,
  options: CorpusOptions,
  inputs: ["files", "heldOut"],
  estimate: ({ files, ...fields }) => (files?.length ? previewCorpus(files, fields) : undefined),
  async run(options, { out, progress }) {
    const { documents, duplicates } = await buildCorpus(options, progress);
    await writeDocuments(out, documents);
    return { ...summarise(documents), duplicates };
  },
});
