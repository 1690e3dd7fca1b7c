/** @file documents.jsonl: a corpus on disk. */
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files.js";
import { CorpusDocument } from "./document.js";
import { readLines } from "./lines.js";

const FILE = "documents.jsonl";

export async function writeDocuments(directory: string, documents: Iterable<CorpusDocument>): Promise<void> {
  const lines = function* () {
    for (const document of documents) yield Buffer.from(`${JSON.stringify(document)}\n`);
  };
  await writeFileAtomic(join(directory, FILE), lines());
}

/** Streams a corpus's documents in stored order. @throws UserError when the corpus is missing or malformed. */
export async function* readDocuments(directory: string): AsyncGenerator<CorpusDocument> {
  const path = join(directory, FILE);
  let number = 0;
  for await (const line of readLines(path)) {
    number++;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new UserError(`${path}:${number} is not JSON: ${(error as Error).message}.`);
    }
    const parsed = CorpusDocument.safeParse(value);
    if (!parsed.success) throw new UserError(`${path}:${number} is not a corpus document. Run "lacuna corpus" again.`);
    yield parsed.data;
  }
}
