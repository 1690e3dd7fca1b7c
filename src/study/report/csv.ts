/**
 * @file CSV (RFC 4180): a header, then rows, quoted where they must be.
 *
 * A spreadsheet takes a cell that begins with = + - or @ for a formula, and text of a corpus may begin so: such text gets
 * a leading apostrophe, which spreadsheets read as "this is text". Numbers stay numbers.
 */
import { csvFormatRow } from "d3-dsv";

export type Cell = string | number | boolean | null;

/** One row; every row of a file has the same keys, in the same order. */
export type CsvRow = Record<string, Cell>;

/** A whole file. Null is an empty cell. */
export function csvText(rows: readonly CsvRow[]): string {
  if (rows.length === 0) return "";
  const header = Object.keys(rows[0]);
  const lines = [header, ...rows.map((row) => header.map((name) => row[name]))];
  return lines.map((line) => `${csvFormatRow(line.map(cellText))}\r\n`).join("");
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}
