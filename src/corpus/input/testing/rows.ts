/** @file Writes a file and reads its rows, for one test. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../../testing/folder.js";
import { collect } from "../../testing/collect.js";
import { openRows } from "../rows.js";
import type { ReadOptions, Row } from "../types.js";

export const OPTIONS: ReadOptions = { textField: "text", idField: "id", maxRecordBytes: 2 ** 20, mayLackText: true };

/** The rows of a file of that name and content. */
export async function rowsOf(
  name: string,
  content: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<Row[]> {
  const uri = join(temporaryFolder(), name);
  writeFileSync(uri, content);
  return collect(openRows({ uri, source: "s", bytes: Buffer.byteLength(content) }, { ...OPTIONS, ...options }).rows);
}

/** Folder of the small files that once went wrong. */
export const CASES = fileURLToPath(new URL("../../../testing/cases/", import.meta.url));

/** The rows of one of those files. */
export async function rowsOfCase(name: string): Promise<Row[]> {
  return rowsOf(basename(name), readFileSync(join(CASES, name)));
}

/** Rows in short: a document's id and text, "empty", or why it is bad: "!" before a record, "~" a stretch, "!!" a rest. */
export function short(rows: readonly Row[]): (string | [string, string])[] {
  return rows.map((row) => {
    if (row.kind === "document") return [row.id, row.text];
    return row.kind === "empty"
      ? "empty"
      : `${{ record: "!", stretch: "~", rest: "!!" }[row.extent]} ${row.reason}, ${row.position}`;
  });
}
