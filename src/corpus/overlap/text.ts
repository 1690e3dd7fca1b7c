/** @file The text a model was trained on, a document at a time: a corpus's training split, or files of any size. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readManifest } from "../../base/stage.js";
import { findInputs, openRows } from "../input/index.js";
import { readDocuments } from "../store.js";

/** Options that say where training text is and how it is read. */
export const TrainingTextOptions = z.object({
  text: z
    .array(z.string())
    .min(1)
    .describe("training text: a corpus (its training split), or files and folders of any kind that is read"),
  textField: z.string().default("text").describe("field of the text, in records of files"),
  idField: z.string().default("id").describe("field of the id, in records of files"),
});

export interface TrainingDocument {
  id: string;
  text: string;
}

/** Longest record read, bytes. */
const MAX_RECORD_BYTES = 2 ** 28;

/**
 * Streams documents. Of a corpus made by `npx lacuna corpus`, those to train on; of other paths, all.
 *
 * @param onBad - called for every record that cannot be read
 * @throws UserError when a path is missing or of a kind that is not read
 */
export async function* trainingDocuments(
  paths: readonly string[],
  fields: { textField: string; idField: string },
  onBad: (reason: string) => void,
): AsyncGenerator<TrainingDocument> {
  const isCorpus = (path: string) => existsSync(join(path, "manifest.json")) && readManifest(path).stage === "corpus";
  for (const corpus of paths.filter(isCorpus)) {
    for await (const { id, text, split } of readDocuments(corpus)) if (split === "train") yield { id, text };
  }
  const others = paths.filter((path) => !isCorpus(path));
  for (const file of others.length > 0 ? await findInputs(others) : []) {
    for await (const row of openRows(file, { ...fields, maxRecordBytes: MAX_RECORD_BYTES }).rows) {
      if (row.kind === "document") yield { id: row.id, text: row.text };
      else if (row.kind === "bad") onBad(row.reason);
    }
  }
}
