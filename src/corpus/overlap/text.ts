/** @file The text a model was trained on, a document at a time: a corpus's training split, or files of any size. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readManifest } from "../../base/stage.js";
import { findInputs } from "../input/index.js";
import { readDocuments } from "../store.js";
import { wholeRows } from "../whole.js";

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
 * @throws UserError when a path is missing or of a kind that is not read, part of a file is lost, or there is no document
 */
export async function* trainingDocuments(
  paths: readonly string[],
  fields: { textField: string; idField: string },
  onBad: (reason: string) => void,
): AsyncGenerator<TrainingDocument> {
  let documents = 0;
  const isCorpus = (path: string) => existsSync(join(path, "manifest.json")) && readManifest(path).stage === "corpus";
  for (const corpus of paths.filter(isCorpus)) {
    for await (const { id, text, split } of readDocuments(corpus)) {
      if (split !== "train") continue;
      documents++;
      yield { id, text };
    }
  }
  const others = paths.filter((path) => !isCorpus(path));
  for (const file of others.length > 0 ? await findInputs(others) : []) {
    for await (const row of wholeRows(file, { ...fields, maxRecordBytes: MAX_RECORD_BYTES })) {
      if (row.kind === "bad") onBad(row.reason);
      if (row.kind !== "document") continue;
      documents++;
      yield { id: row.id, text: row.text };
    }
  }
  if (documents === 0)
    throw new UserError(
      `${paths.join(", ")} holds no document to look in, so nothing is known. Give the training text.`,
    );
}
