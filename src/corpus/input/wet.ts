/**
 * @file WET: text extracted from web archives, one WARC record a page.
 *
 * Records of type "conversion" are documents, named by their WARC-Record-ID unless `idField` names another header; archive
 * notes (warcinfo, metadata) are passed over without a row; whole HTTP exchanges are not text, and bad.
 */
import { grouped } from "../../base/errors.js";
import { badRecordRow, badRow, Damage, excerptOf, lostRow } from "./bad.js";
import { decodeUtf8 } from "./decode.js";
import { rowOf } from "./record.js";
import type { Origin, ReadOptions, Row } from "./types.js";
import { type WarcRecord, warcRecords } from "./warc.js";

const NOTES = new Set(["warcinfo", "metadata"]);
const TEXTS = new Set(["conversion", "resource"]);

/** @throws Damage when the file ends in a record, or from the stream, after the rows before it. */
export async function* readWet(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
  giveUpBytes: number,
  origin: Origin,
): AsyncGenerator<Row> {
  let { row } = origin;
  for await (const found of warcRecords(stream, options.maxRecordBytes, giveUpBytes)) {
    const position = `byte ${grouped(found.start)} of the text${origin.after}`;
    if (found.kind === "fault") {
      const { reason, shown, extent, bytes } = found;
      if (extent === "record") yield badRow(row++, reason, position, shown);
      else yield lostRow(row++, new Damage(reason, position, excerptOf(shown)), extent, bytes);
    } else if (!NOTES.has(typeOf(found))) yield toRow(found, row++, source, position, options);
  }
}

function typeOf({ headers }: WarcRecord): string {
  return headers.get("warc-type")?.toLowerCase() ?? "";
}

function toRow(found: WarcRecord, row: number, source: string, position: string, options: ReadOptions): Row {
  const { headers, length, content } = found;
  if (!content) {
    const reason = `is a record of ${grouped(length)} bytes; at most ${grouped(options.maxRecordBytes)} are read`;
    return badRow(row, reason, position, headers.get("warc-record-id") ?? "");
  }
  const type = typeOf(found);
  if (!TEXTS.has(type)) {
    return badRow(row, `is a WARC record of type "${type.slice(0, 40)}", not extracted text`, position, content);
  }
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
    return badRecordRow(row, error, position, content);
  }
}
