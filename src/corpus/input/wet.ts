/**
 * @file WET: text extracted from web archives, one WARC record a page.
 *
 * A record is a few header lines, a blank line and as many bytes as its Content-Length says. Records of type
 * "conversion" are documents, named by their WARC-Record-ID unless `idField` names another header; archive notes
 * (warcinfo, metadata) are passed over without a row; whole HTTP exchanges are not text, and bad. A record whose header
 * cannot be read hides where the next one starts, so the rest of the file is bad.
 */
import { grouped } from "../../base/errors.js";
import { badRow, Damage, excerptOf } from "./bad.js";
import { BadRecord, decodeUtf8, reasonOf } from "./decode.js";
import { ByteReader } from "./reader.js";
import { rowOf } from "./record.js";
import type { ReadOptions, Row } from "./types.js";

/** Longest header of a record. */
const MAX_HEADER_BYTES = 1 << 16;
const NOTES = new Set(["warcinfo", "metadata"]);
const TEXTS = new Set(["conversion", "resource"]);

/** @throws Damage when a record's header is damaged or its content cut off, after the rows before it. */
export async function* readWet(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
  giveUpBytes: number,
): AsyncGenerator<Row> {
  const reader = new ByteReader(stream);
  let row = 0;
  while (await skipLineEnds(reader)) {
    const start = reader.position;
    const position = `byte ${grouped(start)} of the text`;
    const headers = await readHeaders(reader, position);
    const length = contentLength(headers, position);
    const type = headers.get("warc-type")?.toLowerCase() ?? "";
    const isTooLong = length > options.maxRecordBytes;
    if (isTooLong && length > giveUpBytes) {
      throw new Damage(`a record claims ${grouped(length)} bytes: damaged, or a decompression bomb`, position);
    }
    const content = isTooLong || NOTES.has(type) ? undefined : await take(reader, length, position);
    if (!content) await skip(reader, length, position);
    if (NOTES.has(type)) continue;
    const shown = content ?? headers.get("warc-record-id") ?? "";
    if (!content) {
      const reason = `is a record of ${grouped(length)} bytes; at most ${grouped(options.maxRecordBytes)} are read`;
      yield badRow(row++, reason, position, shown);
    } else if (!TEXTS.has(type)) {
      yield badRow(row++, `is a WARC record of type "${type.slice(0, 40)}", not extracted text`, position, shown);
    } else yield toRow(headers, content, row++, source, position, options);
  }
}

function toRow(
  headers: Map<string, string>,
  content: Buffer,
  row: number,
  source: string,
  position: string,
  options: ReadOptions,
): Row {
  const id = headers.get(options.idField.toLowerCase()) ?? headers.get("warc-record-id")?.replace(/^<|>$/g, "");
  const record: Record<string, unknown> = Object.create(null);
  for (const name of options.keepFields ?? []) {
    const value = headers.get(name.toLowerCase());
    if (value !== undefined) record[name] = value;
  }
  record[options.idField] = id;
  try {
    record[options.textField] = decodeUtf8(content);
    return rowOf(record, row, source, options);
  } catch (error) {
    return badRow(row, reasonOf(error), position, content);
  }
}

/** Passes over the blank lines between records; false at the end of the file. */
async function skipLineEnds(reader: ByteReader): Promise<boolean> {
  for (let next = await reader.peek(1); next.length > 0; next = await reader.peek(1)) {
    if (next[0] !== 13 && next[0] !== 10) return true;
    await reader.take(1);
  }
  return false;
}

/** A record's header fields by lower-case name. */
async function readHeaders(reader: ByteReader, position: string): Promise<Map<string, string>> {
  const block = await reader.until("\r\n\r\n", MAX_HEADER_BYTES);
  const start = block ?? (await reader.peek(200));
  if (start.subarray(0, 5).toString("latin1") !== "WARC/") {
    throw new Damage("a WARC record does not begin with its version", position, excerptOf(start));
  }
  if (!block) throw new Damage("the header of a WARC record has no end", position, excerptOf(start));
  let lines: string[];
  try {
    lines = decodeUtf8(block).split("\r\n");
  } catch (error) {
    if (!(error instanceof BadRecord)) throw error;
    throw new Damage(`the header of a WARC record ${error.message}`, position, excerptOf(start));
  }
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function contentLength(headers: Map<string, string>, position: string): number {
  const written = headers.get("content-length") ?? "";
  const length = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN;
  if (Number.isNaN(length)) {
    throw new Damage("a WARC record has no usable Content-Length", position, excerptOf(written));
  }
  return length;
}

async function take(reader: ByteReader, length: number, position: string): Promise<Buffer> {
  const content = await reader.take(length);
  if (content.length < length) throw cutOff(length, content.length, position);
  return content;
}

async function skip(reader: ByteReader, length: number, position: string): Promise<void> {
  const skipped = await reader.skip(length);
  if (skipped < length) throw cutOff(length, skipped, position);
}

function cutOff(length: number, found: number, position: string): Damage {
  return new Damage(`a WARC record of ${grouped(length)} bytes is cut off after ${grouped(found)}`, position);
}
