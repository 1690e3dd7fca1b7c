/** @file What a corpus would be gathered from, for a dry run: how much, and whether its first record has a text. */
import type { Estimate } from "../base/stage.js";
import { findInOrder } from "./input/index.js";
import { type Fields, readSource } from "./read.js";

export interface CorpusPreview extends Estimate {
  files: number;
  /** As stored, compressed or not. */
  bytes: number;
  /** The first document, as it will be read. */
  first?: { id: string; source: string; characters: number };
}

/** @throws UserError as the run itself would for the first record: the field that is missing, and which fields there are */
export async function previewCorpus(given: readonly string[], fields: Fields): Promise<CorpusPreview> {
  const files = await findInOrder(given);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files)
    for await (const { id, source, text } of readSource(file, fields))
      return { files: files.length, bytes, first: { id, source, characters: text.length } };
  return { files: files.length, bytes };
}
