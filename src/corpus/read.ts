/**
 * @file Documents of a file: JSONL (one record a line) or plain text, streamed.
 *
 * A record's domain, where it has one, becomes whole-document truth; a record's own `truth` spans are kept. Plain text
 * is cut at blank lines into documents of a few pages, so that one long file can still be split into train and test.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { type SourceDocument, TruthSpan } from "./document.js";
import { readLines } from "./lines.js";
import type { SourceFile } from "./sources.js";

/** Names of the JSON fields to read. */
export interface Fields {
  textField: string;
  idField: string;
  domainField: string;
}

/** A plain-text document is closed at the first blank line after this many characters. */
export const PLAIN_TEXT_CHARACTERS = 8000;

/** Streams a file's documents; empty ones are skipped. @throws UserError naming file and line of a malformed record. */
export function readSource(file: SourceFile, fields: Fields): AsyncGenerator<SourceDocument> {
  return /\.txt(\.gz)?$/.test(file.path) ? readPlainText(file) : readRecords(file, fields);
}

async function* readRecords({ path, source }: SourceFile, fields: Fields): AsyncGenerator<SourceDocument> {
  let number = 0;
  for await (const line of readLines(path)) {
    number++;
    if (line.trim() === "") continue;
    const where = `${path}:${number}`;
    const record = parseRecord(line, where);
    const text = record[fields.textField];
    if (typeof text !== "string") {
      throw new UserError(
        `${where} has no text in "${fields.textField}"; its fields are ${Object.keys(record).join(", ")}. Give --text-field.`,
      );
    }
    if (text.trim() === "") continue;
    const id = record[fields.idField];
    const domain = record[fields.domainField];
    const whole = typeof domain === "string" && domain ? [{ start: 0, end: text.length, domain }] : undefined;
    const truth = record.truth === undefined ? whole : parseTruth(record.truth, text.length, where);
    yield {
      id: typeof id === "string" || typeof id === "number" ? String(id) : `${source}:${number}`,
      text,
      source,
      ...(truth && { truth }),
    };
  }
}

function parseRecord(line: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${(error as Error).message}.`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new UserError(`${where} is not a JSON object. Each line must be one record.`);
  }
  return value as Record<string, unknown>;
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

async function* readPlainText({ path, source }: SourceFile): AsyncGenerator<SourceDocument> {
  let lines: string[] = [];
  let characters = 0;
  let part = 0;
  const close = function* (): Generator<SourceDocument> {
    const text = lines.join("\n").trim();
    lines = [];
    characters = 0;
    if (text) yield { id: `${source}:${++part}`, text, source };
  };
  for await (const line of readLines(path)) {
    if (line.trim() === "" && characters >= PLAIN_TEXT_CHARACTERS) yield* close();
    else {
      lines.push(line);
      characters += line.length + 1;
    }
  }
  yield* close();
}
