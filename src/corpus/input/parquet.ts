/**
 * @file Parquet: the id and text columns, row by row.
 *
 * Flat columns are read a page at a time and put side by side, so memory is bounded by a page (which is refused above
 * `maxRecordBytes`, or 64 MiB if that is less) however large the row groups are. Row groups do not depend on each other:
 * what is damaged costs the rows of its page, or of its row group, which are counted. Numbers of rows and groups are from 0.
 */
import { grouped } from "../../base/errors.js";
import { badRecordRow, Damage, lostRow } from "./bad.js";
import { openBytes, type StoredBytes } from "./bytes.js";
import { BadRecord, decodeUtf8 } from "./decode.js";
import { columnValues, Lost } from "./parquet/column.js";
import { type Footer, readFooter } from "./parquet/footer.js";
import { type Column, columnOf, isFlat } from "./parquet/schema.js";
import { meaningOf } from "./parquet/values.js";
import { rowOf } from "./record.js";
import type { InputFile, ReadOptions, Row } from "./types.js";

/** Pages up to this size are read whatever `maxRecordBytes` is. */
const MIN_PAGE_CAP = 64 * 2 ** 20;

/** Consecutive rows of a row group that are lost for one reason. */
interface LostRows {
  reason: string;
  /** Of the file. */
  first: number;
  rows: number;
}

/**
 * Rows of a Parquet file. @throws Damage when its footer cannot be read or it has no text column
 * @param onRow - told the share of all rows read so far, in (0, 1]
 */
export async function* readParquet(
  file: InputFile,
  options: ReadOptions,
  onRow: (share: number) => void = () => {},
): AsyncGenerator<Row> {
  const bytes = await openBytes(file.uri, file.bytes);
  const footer = await readFooter(bytes);
  const columns = columnsToRead(footer, options);
  const total = footer.rowGroups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  let row = 0;
  let first = 0;
  for (let group = 0; group < footer.rowGroups.length; group++) {
    const rows = Number(footer.rowGroups[group].num_rows);
    const inGroup = `in row group ${grouped(group)}`;
    if (!(rows >= 0 && Number.isSafeInteger(first + rows)))
      throw new Damage(`the row group claims ${rows} rows`, `row group ${grouped(group)}`);
    let at = first;
    for await (const found of groupRows(bytes, footer, group, first, columns, options)) {
      if (Array.isArray(found)) {
        const position = `row ${grouped(at++)}, ${inGroup}`;
        onRow(at / total);
        yield toRow(found, columns, row++, position, file.source, options);
      } else {
        const { reason, first: start, rows: lost } = found;
        const position = `rows ${grouped(start)} to ${grouped(start + lost - 1)}, ${inGroup}`;
        yield lostRow(row++, new Damage(`${grouped(lost)} rows are lost: ${reason}`, position), "stretch");
        at = start + lost;
      }
    }
    first += rows;
  }
  if (footer.rows > first)
    throw new Damage(
      `the file claims ${grouped(footer.rows)} rows, its row groups have ${grouped(first)}`,
      `row ${grouped(first)}`,
    );
}

/** The columns asked for that there are; the text must be one of them. */
function columnsToRead({ columns }: Footer, { textField, idField, keepFields = [] }: ReadOptions): Column[] {
  const text = columns.get(textField);
  if (!text) {
    const names = [...columns.keys()].slice(0, 8).map((name) => name.slice(0, 40));
    throw noText(`has no column "${textField}"; its columns are ${names.join(", ") || "none"}`);
  }
  if (!isFlat(text)) throw noText(`has no text in "${textField}": it is nested`);
  if (text[0].type !== "BYTE_ARRAY") throw noText(`has no text in "${textField}": it is ${text[0].type}`);
  return [...new Set([textField, idField, ...keepFields])].flatMap((name) => {
    const elements = columns.get(name);
    if (!elements) return [];
    try {
      return [columnOf(elements)];
    } catch (error) {
      throw new Damage(`the Parquet footer is damaged: ${(error as Error).message}`, "the footer");
    }
  });
}

function noText(reason: string): Damage {
  return Object.assign(new Damage(reason, "the footer"), { lacksText: true } as const);
}

/** The stored values of each row of a row group, in the order of `columns`, and what is lost between them. */
async function* groupRows(
  file: StoredBytes,
  footer: Footer,
  group: number,
  first: number,
  columns: readonly Column[],
  options: ReadOptions,
): AsyncGenerator<unknown[] | LostRows> {
  const rows = Number(footer.rowGroups[group].num_rows);
  const cap = Math.max(MIN_PAGE_CAP, options.maxRecordBytes + 1024);
  const readers = columns.map((column) => ({
    pieces: columnValues(file, footer, group, column, cap),
    piece: [] as unknown[],
    next: 0,
  }));
  let lost: LostRows | undefined;
  for (let row = 0; row < rows; row++) {
    for (const reader of readers) {
      while (reader.next === reader.piece.length) {
        const { done, value } = await reader.pieces.next();
        if (done) {
          if (lost) yield lost;
          yield { reason: value.reason, first: first + row, rows: rows - row };
          return;
        }
        reader.piece = value;
        reader.next = 0;
      }
    }
    const values = readers.map((reader) => reader.piece[reader.next++]);
    const missing = values.find((value) => value instanceof Lost);
    if (missing && missing.reason === lost?.reason) lost.rows++;
    else {
      if (lost) yield lost;
      lost = missing && { reason: missing.reason, first: first + row, rows: 1 };
      if (!missing) yield values;
    }
  }
  if (lost) yield lost;
}

function toRow(
  values: readonly unknown[],
  columns: readonly Column[],
  row: number,
  position: string,
  source: string,
  options: ReadOptions,
): Row {
  const text = values[0];
  try {
    if (text instanceof Uint8Array && text.length > options.maxRecordBytes) {
      throw new BadRecord(`is a text of more than ${grouped(options.maxRecordBytes)} bytes`);
    }
    const record: Record<string, unknown> = Object.create(null);
    columns.forEach(({ name, tree }, index) => {
      const value = values[index];
      // The text is text whatever its column says.
      record[name] = index === 0 && value instanceof Uint8Array ? decodeUtf8(value) : meaningOf(value, tree);
    });
    return rowOf(record, row, source, options);
  } catch (error) {
    return badRecordRow(row, error, position, text instanceof Uint8Array ? text : "");
  }
}
