/**
 * @file Documents of a file for a corpus, of any kind that is read: `input/` reads, this is strict about it.
 *
 * A record's domain, where it has one, becomes whole-document truth; a record's own `truth` spans are kept.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { type SourceDocument, TruthSpan } from "./document.js";
import { type DocumentRow, type InputFile, openRows, sentenceOf } from "./input/index.js";
import { MAX_LINE_BYTES } from "./lines.js";

/** Names of the fields to read. */
export interface Fields {
  textField: string;
  idField: string;
  domainField: string;
}

/** Streams a file's documents; empty ones are skipped. @throws UserError naming file and line of a malformed record. */
export async function* readSource(file: InputFile, fields: Fields): AsyncGenerator<SourceDocument> {
  const { textField, idField, domainField } = fields;
  const keepFields = [idField, domainField, "truth"];
  const { rows } = openRows(file, { textField, idField, maxRecordBytes: MAX_LINE_BYTES, keepFields });
  for await (const row of rows) {
    if (row.kind === "bad") throw new UserError(sentenceOf(file.uri, row));
    if (row.kind === "document") yield toDocument(row, file, fields);
  }
}

/** Documents without an id are numbered from 1, as people count lines. */
function toDocument(row: DocumentRow, { uri, source }: InputFile, { idField, domainField }: Fields): SourceDocument {
  const { text, fields = {} } = row;
  const id = row.id === `${source}:${row.row}` && fields[idField] !== row.id ? `${source}:${row.row + 1}` : row.id;
  const domain = fields[domainField];
  const whole = typeof domain === "string" && domain ? [{ start: 0, end: text.length, domain }] : undefined;
  const isGiven = fields.truth !== undefined && fields.truth !== null;
  const truth = isGiven ? parseTruth(fields.truth, text.length, `${uri}:${row.row + 1}`) : whole;
  return { id, text, source, ...(truth && { truth }) };
}

function parseTruth(value: unknown, length: number, where: string): TruthSpan[] {
  const parsed = z.array(TruthSpan).safeParse(value);
  if (!parsed.success) throw new UserError(`${where} has a malformed "truth":\n${z.prettifyError(parsed.error)}`);
  const outside = parsed.data.find(({ start, end }) => start > end || end > length);
  if (outside) {
    throw new UserError(`${where} has a truth span ${outside.start}-${outside.end} in a text of ${length} characters.`);
  }
  return parsed.data;
}
