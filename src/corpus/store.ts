/** @file documents.jsonl: a corpus on disk. */
import { join } from "node:path";
import { writeFileAtomic } from "../base/files.js";
import { CorpusDocument } from "./document.js";
import { readRecords } from "./records.js";

const FILE = "documents.jsonl";

export async function writeDocuments(directory: string, documents: Iterable<CorpusDocument>): Promise<void> {
  const lines = function* () {
    for (const document of documents) yield Buffer.from(`${JSON.stringify(document)}\n`);
  };
  await writeFileAtomic(join(directory, FILE), lines());
}

/** Streams a corpus's documents in stored order. @throws UserError when the corpus is missing or malformed. */
export async function* readDocuments(directory: string): AsyncGenerator<CorpusDocument> {
  yield* readRecords(join(directory, FILE), CorpusDocument, 'a corpus document. Run "npx lacuna corpus" again');
}
