import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { PARQUET, PARQUET_SHAPES, PARQUET_TEXTS } from "./fuzz/samples.js";
import { checkDelta, checkRuns } from "./parquet/runs.js";
import { walkThrift } from "./parquet/thrift.js";
import { rowsOf, short } from "./testing/rows.js";
import type { DocumentRow, Row } from "./types.js";

const caseFile = (name: string) => fileURLToPath(new URL(`../../testing/cases/${name}`, import.meta.url));
const CASES = { emptyGroups: caseFile("emptyrg.parquet"), noBytes: caseFile("java_v2_snappy.parquet") };

const written = (texts: string[], extra: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "text", data: texts, type: "STRING" }], ...extra }));

const LIST = [
  { name: "root", num_children: 1 },
  { name: "text", repetition_type: "OPTIONAL" as const, num_children: 1, converted_type: "LIST" as const },
  { name: "list", repetition_type: "REPEATED" as const, num_children: 1 },
  {
    name: "element",
    repetition_type: "OPTIONAL" as const,
    type: "BYTE_ARRAY" as const,
    converted_type: "UTF8" as const,
  },
];

describe("Parquet", () => {
  it.each(Object.entries(PARQUET))("reads what pyarrow writes: %s", async (_, bytes) => {
    const ids = ["10", String(2 ** 40), "s:2", "3", "4", "5", "6", "7"];
    const rows = await rowsOf("a.parquet", bytes, { keepFields: ["domain"] });
    expect(rows.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(short(rows).map((row) => (typeof row === "string" ? row.slice(0, 30) : row))).toEqual(
      PARQUET_TEXTS.map((text, i) => {
        if (text === null) return '! has no text in "text": it is';
        return text.trim() ? [ids[i], text] : "empty";
      }),
    );
    expect(rows[0]).toMatchObject({ fields: { domain: "a" } });
  });

  it("reads many row groups and pages in order", async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `text ${i} ${"é".repeat(i % 50)}`);
    const rows = await rowsOf("a.parquet", written(texts, { rowGroupSize: 700, pageSize: 4000 }));
    expect(short(rows)).toEqual(texts.map((text, i) => [`s:${i}`, text]));
  });

  it("sets aside texts that are not UTF-8 or too long, and reads on", async () => {
    const bytes = Buffer.from(
      written(["good text", "bad text", "a much longer text", "end"], { codec: "UNCOMPRESSED" }),
    );
    bytes[bytes.indexOf("bad text") + 2] = 0xff;
    const rows = short(await rowsOf("a.parquet", bytes, { maxRecordBytes: 12 }));
    expect(rows).toEqual([
      ["s:0", "good text"],
      "! is not valid UTF-8, row 1, in row group 0",
      "! is a text of more than 12 bytes, row 2, in row group 0",
      ["s:3", "end"],
    ]);
  });

  it("takes no bytes for text that are none, whether or not their column says that it is text", async () => {
    for (const converted_type of [undefined, "UTF8" as const]) {
      const schema = [
        { name: "root", num_children: 1 },
        { name: "text", type: "BYTE_ARRAY" as const, repetition_type: "OPTIONAL" as const, converted_type },
      ];
      const data = [Uint8Array.of(0xff, 0xfe), Buffer.from("naïve")];
      const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "text", data }], schema }));
      expect(short(await rowsOf("a.parquet", bytes))).toEqual([
        "! is not valid UTF-8, row 0, in row group 0",
        ["s:1", "naïve"],
      ]);
    }
  });

  it("says which columns there are when the text is not one", async () => {
    const rows = short(await rowsOf("a.parquet", written(["x"]), { textField: "body" }));
    expect(rows).toEqual(['!! has no column "body"; its columns are text, the footer']);
    const lists = parquetWriteBuffer({ columnData: [{ name: "text", data: [["x"]] }], schema: LIST });
    expect(short(await rowsOf("a.parquet", new Uint8Array(lists)))).toEqual([
      '!! has no text in "text": it is nested, the footer',
    ]);
    const numbers = parquetWriteBuffer({ columnData: [{ name: "text", data: [1, 2], type: "INT32" }] });
    expect(short(await rowsOf("a.parquet", new Uint8Array(numbers)))).toEqual([
      '!! has no text in "text": it is INT32, the footer',
    ]);
  });

  it("passes over row groups of no rows, and files of none", async () => {
    const rows = await rowsOf("a.parquet", readFileSync(CASES.emptyGroups));
    expect(rows.map(({ kind, row }) => [kind, row])).toEqual(
      Array.from({ length: 20 }, (_, row) => [rows[row].kind === "empty" ? "empty" : "document", row]),
    );
    expect(await rowsOf("a.parquet", written([]))).toEqual([]);
  });

  it("reads a page of nulls for which its writer stored no bytes", async () => {
    const rows = short(await rowsOf("a.parquet", readFileSync(CASES.noBytes)));
    expect(rows).toEqual([0, 1, 2].map((row) => `! has no text in "text": it is null, row ${row}, in row group 0`));
  });

  it.each([
    ["empty", Buffer.alloc(0), /is no Parquet file: it has 0 bytes/],
    ["cut off", Buffer.from(PARQUET.brotli.subarray(0, -5)), /does not end in PAR1/],
    ["one whose footer claims 4 GB", withFooterLength(0xfffffff0), /the Parquet footer claims 4,294,967,280 bytes/],
    ["one whose footer is nonsense", withFooterLength(20), /the Parquet footer is damaged/],
  ])("gives up a file that is %s", async (_, bytes, reason) => {
    expect(short(await rowsOf("a.parquet", bytes))).toEqual([expect.stringMatching(reason)]);
  });
});

function withFooterLength(length: number): Buffer {
  const bytes = Buffer.from(PARQUET.brotli);
  bytes.writeUInt32LE(length, bytes.length - 8);
  return bytes;
}

describe("damage in Parquet files", () => {
  const texts = Array.from({ length: 2000 }, (_, i) => `text ${i} ${"é".repeat(i % 50)}`);
  const lostIn = (rows: readonly Row[]) =>
    rows.reduce((sum, row) => {
      if (row.kind !== "bad" || row.extent === "record") return sum;
      return sum + Number(/^([\d,]+) rows are lost/.exec(row.reason)?.[1].replaceAll(",", ""));
    }, 0);

  it("costs the rows of a page alone, and is found by its checksum", async () => {
    const bytes = Buffer.from(PARQUET.zstdVersion2Checksums);
    bytes[bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) + 6] ^= 1;
    expect(short(await rowsOf("a.parquet", bytes))).toEqual([
      expect.stringMatching(
        /^~ 8 rows are lost: the page of "id" at byte \d+ .*a page's checksum is wrong, rows 0 to 7/,
      ),
    ]);
    const paged = Buffer.from(
      written(texts, { codec: "GZIP", compressors: { GZIP: gzipSync }, pageSize: 4000, rowGroupSize: 700 }),
    );
    paged[paged.indexOf(Buffer.from([0x1f, 0x8b]), paged.length / 4) + 20] ^= 0xff;
    const rows = await rowsOf("a.parquet", paged);
    const found = rows.filter(({ kind }) => kind === "document") as DocumentRow[];
    expect(found.length).toBeGreaterThan(1500);
    expect(found.length + lostIn(rows)).toBe(2000);
    expect(texts.filter((text) => found.some((row) => row.text === text))).toEqual(found.map(({ text }) => text));
  });

  it("costs the rest of its row group when no further page can be found, and no other row group", async () => {
    const bytes = Buffer.from(written(texts, { codec: "UNCOMPRESSED", pageSize: 4000, rowGroupSize: 700 }));
    bytes.fill(0xff, 4, 40);
    const rows = await rowsOf("a.parquet", bytes);
    expect(short(rows.slice(0, 2))).toEqual([
      expect.stringMatching(/^~ 700 rows are lost: the column "text" is damaged: .*, rows 0 to 699, in row group 0$/),
      ["s:1", texts[700]],
    ]);
    expect(rows.length).toBe(1301);
  });

  it.each([1, 2])("is never a loss without a count (seed %i)", async (seed) => {
    for (const [name, valid] of Object.entries({ ...PARQUET, ...PARQUET_SHAPES })) {
      const whole = (await rowsOf("a.parquet", valid)).length;
      const footer = valid.length - 8 - valid.readUInt32LE(valid.length - 8);
      const rng = random(seed, `damage:${name}`);
      for (let time = 0; time < 8; time++) {
        const bytes = Buffer.from(valid);
        const at = 4 + Math.floor(rng.uniform() * (footer - 4));
        bytes[at] ^= 1 << Math.floor(rng.uniform() * 8);
        const rows = await rowsOf("a.parquet", bytes, { keepFields: ["domain"] });
        const read = rows.filter((row) => row.kind !== "bad" || row.extent === "record").length;
        expect(read + lostIn(rows), `${name}, bit ${at}`).toBe(whole);
      }
    }
  });
});

describe("claims in Parquet files", () => {
  const check = (...bytes: number[]) => walkThrift(Uint8Array.from(bytes), 0, 1000);

  it("are refused when Thrift lists, strings, numbers or depth have no bounds", () => {
    expect(check(0x15, 2, 0)).toBe(3);
    expect(() => check(0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 7, 0)).toThrow(/a list claims 2147483647 values in 1 bytes/);
    expect(() => check(0x18, 0xff, 0xff, 3, 0)).toThrow(/claims 65535 bytes where 1 are left/);
    expect(() => check(0x15, ...new Array(20).fill(0x80), 0)).toThrow(/more than 64 bits/);
    expect(() => check(...new Array(40).fill(0x1c))).toThrow(/nested too deep/);
    expect(() => check(0x15)).toThrow(/cut off/);
  });

  it("are refused when runs hold more values than the page claims", () => {
    const run = (...bytes: number[]) => checkRuns(Uint8Array.from(bytes), 0, 1, 100);
    expect(() => run(200, 1, 1)).not.toThrow();
    expect(() => run(0xfe, 0xff, 0xff, 0xff, 0x0f, 1)).toThrow(/2147483647 values where 100 are claimed/);
    expect(() => run(0, 0, 0)).toThrow(/0 values where 100 are claimed/);
    expect(() => checkDelta(Uint8Array.from([0x80, 1, 0xff, 0xff, 0xff, 0xff, 7, 5, 0]), 0, 5)).toThrow(
      /blocks of 128 values/,
    );
  });
});
