/**
 * @file Parquet: the id and text columns, row by row.
 *
 * Columns are read a page at a time and put side by side, so memory is bounded by a page (which is refused above
 * `maxRecordBytes`, or 64 MiB if that is less) however large the row groups are. Columns must be flat; nested ones are
 * not read. Numbers of rows and groups are from 0.
 */
import type { SchemaElement } from "hyparquet";
import { grouped } from "../../base/errors.js";
import { badRow, Damage } from "./bad.js";
import { openBytes, type StoredBytes } from "./bytes.js";
import { BadRecord, decodeUtf8, reasonOf } from "./decode.js";
import { columnPages } from "./parquet-column.js";
import { columnChunk, type Footer, readFooter } from "./parquet-footer.js";
import type { Value } from "./parquet-page.js";
import { rowOf } from "./record.js";
import type { InputFile, ReadOptions, Row } from "./types.js";

/** Pages up to this size are read whatever `maxRecordBytes` is. */
const MIN_PAGE_CAP = 64 * 2 ** 20;

/**
 * Rows of a Parquet file. @throws Damage behind the last row that could be read
 * @param onRow - told the share of all rows read so far, in (0, 1]
 */
export async function* readParquet(
  file: InputFile,
  options: ReadOptions,
  onRow: (share: number) => void = () => {},
): AsyncGenerator<Row> {
  const bytes = await openBytes(file.uri, file.bytes);
  const footer = await readFooter(bytes);
  const names = columnsToRead(footer, options);
  const rows = footer.rowGroups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  let row = 0;
  for (let group = 0; group < footer.rowGroups.length; group++) {
    for await (const values of groupRows(bytes, footer, group, names, options)) {
      onRow((row + 1) / rows);
      yield toRow(values, names, footer, row++, group, file.source, options);
    }
  }
}

/** The columns asked for that there are; the text must be one of them. */
function columnsToRead({ columns }: Footer, { textField, idField, keepFields = [] }: ReadOptions): string[] {
  const text = columns.get(textField);
  if (!text) {
    const names = [...columns.keys()].slice(0, 8).map((name) => name.slice(0, 40));
    throw new Damage(`has no column "${textField}"; its flat columns are ${names.join(", ") || "none"}`, "the footer");
  }
  if (text.type !== "BYTE_ARRAY") throw new Damage(`has no text in "${textField}": it is ${text.type}`, "the footer");
  return [...new Set([textField, idField, ...keepFields])].filter((name) => columns.has(name));
}

/** The values of each row of a row group, in the order of `names`. */
async function* groupRows(
  file: StoredBytes,
  footer: Footer,
  group: number,
  names: readonly string[],
  options: ReadOptions,
): AsyncGenerator<Value[]> {
  const rows = Number(footer.rowGroups[group].num_rows);
  const position = `row group ${grouped(group)}`;
  if (!(rows >= 0 && Number.isSafeInteger(rows))) throw new Damage(`the row group claims ${rows} rows`, position);
  const cap = Math.max(MIN_PAGE_CAP, options.maxRecordBytes + 1024);
  const columns = names.map((name) => ({
    name,
    pages: columnPages(file, columnChunk(footer, group, name), group, cap),
    page: [] as Value[],
    next: 0,
  }));
  for (let row = 0; row < rows; row++) {
    for (const column of columns) {
      while (column.next === column.page.length) {
        const page = await column.pages.next();
        if (page.done) {
          throw new Damage(`a column ends after ${grouped(row)} of ${grouped(rows)} rows`, position);
        }
        column.page = page.value;
        column.next = 0;
      }
    }
    yield columns.map((column) => column.page[column.next++]);
  }
}

function toRow(
  values: readonly Value[],
  names: readonly string[],
  { columns }: Footer,
  row: number,
  group: number,
  source: string,
  options: ReadOptions,
): Row {
  const text = values[0];
  const position = `row ${grouped(row)}, in row group ${grouped(group)}`;
  try {
    if (text instanceof Uint8Array && text.length > options.maxRecordBytes) {
      throw new BadRecord(`is a text of more than ${grouped(options.maxRecordBytes)} bytes`);
    }
    const record: Record<string, unknown> = Object.create(null);
    names.forEach((name, index) => {
      record[name] = plainValue(values[index], columns.get(name)!);
    });
    return rowOf(record, row, source, options);
  } catch (error) {
    return badRow(row, reasonOf(error), position, text instanceof Uint8Array ? text : "");
  }
}

/** A stored value as text or number. */
function plainValue(value: Value, { type, converted_type: converted, logical_type: logical }: SchemaElement): unknown {
  if (value instanceof Uint8Array) {
    if (type === "BYTE_ARRAY") return decodeUtf8(value);
    return Buffer.from(value).toString("hex");
  }
  const isUnsigned = converted?.startsWith("UINT_") || (logical?.type === "INTEGER" && !logical.isSigned);
  if (typeof value === "bigint" && isUnsigned) return BigInt.asUintN(64, value);
  if (typeof value === "number" && isUnsigned && type === "INT32") return value >>> 0;
  return value;
}
