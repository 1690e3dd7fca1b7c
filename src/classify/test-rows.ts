/**
 * @file The judged test rows of a classifier on disk, `test-rows.safetensors`: its logits beside what they are compared with.
 *
 * With the rows and their documents at hand, figures get intervals (documents are resampled) and classifiers are compared on
 * the same rows, without running a model again.
 */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../base/safetensors.js";
import type { Granularity } from "./fit.js";

/** One probe's rows. Values of labels: 1 = forget, 0 = retain, 255 = unknown. All [rows]. */
export interface TestRows {
  /** Before calibration. */
  logits: Float64Array;
  /** As a corpus stores them: round(255 p). */
  scores: Uint8Array;
  /** Index of each row's document in its split. */
  documents: Uint32Array;
  /** Token rows: place in the split. Document rows: as `documents`. Names the row. */
  places: Uint32Array;
  /** The classifier's own labels. */
  labels: Uint8Array;
  /** Labels it was also measured against (--reference). */
  reference?: Uint8Array;
  /** The held-out truth, where the corpus has one. */
  truth?: Uint8Array;
}

export interface StoredRows extends Record<Granularity, TestRows> {
  /** Source of each document of the split. */
  sources: string[];
}

const FILE = "test-rows.safetensors";
const NAMES = ["logits", "scores", "documents", "places", "labels", "reference", "truth"] as const;

export async function writeTestRows(directory: string, { sources, ...rows }: StoredRows, tokenizer: string) {
  const tensors: Record<string, StoredTensor> = {};
  for (const [granularity, of] of Object.entries(rows) as [Granularity, TestRows][]) {
    for (const name of NAMES) {
      const data = of[name];
      if (data) tensors[`${granularity}.${name}`] = { data: data.slice(), shape: [data.length] };
    }
  }
  await writeSafetensors(join(directory, FILE), tensors, { tokenizer, sources: JSON.stringify(sources) });
}

/** Reads the rows of a classifier. @throws UserError when there are none, or they are damaged */
export function readTestRows(directory: string): StoredRows {
  const path = join(directory, FILE);
  const { tensors, metadata } = readSafetensors(path);
  const rowsOf = (granularity: Granularity): TestRows => {
    const found = NAMES.map((name) => [name, tensors[`${granularity}.${name}`]?.data] as const);
    const rows = Object.fromEntries(found.filter(([, data]) => data !== undefined)) as unknown as TestRows;
    const lengths = new Set(Object.values(rows).map(({ length }) => length));
    if (lengths.size !== 1 || !rows.logits || !rows.scores || !rows.documents || !rows.labels)
      throw new UserError(`${path} is damaged: its ${granularity} rows do not fit together. Fit the classifier again.`);
    return rows;
  };
  return { token: rowsOf("token"), document: rowsOf("document"), sources: JSON.parse(metadata.sources ?? "[]") };
}
