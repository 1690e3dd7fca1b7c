import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson } from "../src/base/files.js";
import { openRows, type Row } from "../src/corpus/input/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { PYTHON, python } from "./python.js";

const FILES = Number(process.env.LACUNA_PARQUET_FILES ?? 300);
const SEED = Number(process.env.LACUNA_PARQUET_SEED ?? 1);

const Expected = z.object({
  settings: z.record(z.string(), z.unknown()),
  ids: z.array(z.string().nullable()),
  texts: z.array(z.string().nullable()),
  fields: z.array(z.unknown()),
});

async function rowsOf(uri: string): Promise<Row[]> {
  const options = { textField: "text", idField: "id", maxRecordBytes: 2 ** 20, keepFields: ["field"] };
  const rows: Row[] = [];
  for await (const row of openRows({ uri, source: "s", bytes: statSync(uri).size }, options).rows) rows.push(row);
  return rows;
}

/** Numbers as text, as the oracle writes them. */
function shown(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) => (typeof item === "bigint" || typeof item === "number" ? String(item) : item)),
  );
}

describe.skipIf(!PYTHON)("Parquet against pyarrow", () => {
  it(`has the same rows in ${FILES} files of random schemas, codecs, pages and row groups (seed ${SEED})`, async () => {
    const folder = temporaryFolder();
    python("parquet.py", folder, String(SEED), String(FILES));
    for (let number = 0; number < FILES; number++) {
      const { settings, ids, texts, fields } = readJson(join(folder, `${number}.json`), Expected);
      const rows = await rowsOf(join(folder, `${number}.parquet`));
      const about = `file ${number}, ${JSON.stringify(settings)}`;
      const expected = texts.map((text, row) => {
        if (text === null) return { kind: "bad", row };
        if (text.trim() === "") return { kind: "empty", row };
        return { kind: "document", row, id: ids[row] ?? `s:${row}`, text, fields: { field: fields[row] } };
      });
      const lost = rows.filter((row) => row.kind === "bad" && row.extent !== "record");
      expect(lost, about).toEqual([]);
      const found = rows.map((row) => {
        if (row.kind === "document") return { ...row, fields: shown(row.fields) };
        return { kind: row.kind, row: row.row };
      });
      expect(found, about).toEqual(expected);
    }
  });
});
