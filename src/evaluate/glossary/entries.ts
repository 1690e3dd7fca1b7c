/** @file Glossary entries: terms with their definitions, from JSONL of any glossary. */
import { UserError } from "../../base/errors.js";
import { findInputs, wholeRows } from "../../corpus/index.js";
import { wordsOf } from "../contamination/index.js";

export interface Entry {
  id: string;
  domain: string;
  /** What distractors must share: the file, and the entry's subject, part of speech or ontology where it has one. */
  kind: string;
  term: string;
  definition: string;
}

/** A term of more words is rarely said in text as it stands. */
const MOST_WORDS = 4;
const MAX_RECORD_BYTES = 2 ** 20;
const FIELDS = ["term", "terms", "domain", "subject", "lexfile"] as const;

/**
 * Reads entries; the first of several terms stands for them.
 * @returns entries in order, and how many records were none, by reason
 * @throws UserError when a file cannot be read or there is no entry
 */
export async function readEntries(paths: readonly string[]) {
  const entries: Entry[] = [];
  const unusable: Record<string, number> = {};
  const options = {
    ...{ textField: "definition", idField: "id", maxRecordBytes: MAX_RECORD_BYTES, keepFields: FIELDS },
    mayLackText: true,
  };
  for (const file of await findInputs(paths)) {
    for await (const row of wholeRows(file, options)) {
      const made =
        row.kind === "document" ? toEntry(row, file.source) : row.kind === "bad" ? row.reason : "has no definition";
      if (typeof made === "string") unusable[made] = (unusable[made] ?? 0) + 1;
      else entries.push(made);
    }
  }
  if (entries.length === 0)
    throw new UserError(`${paths.join(", ")} holds no glossary entry. Give records with term, definition and domain.`);
  return { entries, unusable };
}

function toEntry(row: { id: string; text: string; fields?: Record<string, unknown> }, source: string): Entry | string {
  const { term, terms, domain, subject, lexfile } = row.fields ?? {};
  const given = term ?? (Array.isArray(terms) ? terms[0] : undefined);
  if (typeof given !== "string" || typeof domain !== "string") return "has no term or no domain";
  // "War Industries Board (WIB)" is said "War Industries Board".
  const said = given.replace(/\s*\([^)]*\)\s*$/, "").trim();
  const words = wordsOf(said).length;
  if (words === 0 || words > MOST_WORDS) return `has a term of no or more than ${MOST_WORDS} words`;
  const part = subject ?? lexfile ?? /^([A-Za-z]+):/.exec(row.id)?.[1];
  const kind = typeof part === "string" ? `${source}/${part}` : source;
  return { id: row.id, domain, kind, term: said, definition: row.text.trim() };
}
