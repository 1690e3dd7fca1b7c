import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { PARQUET, PARQUET_TEXTS } from "./fuzz/samples.js";
import { checkDelta, checkRuns } from "./parquet-runs.js";
import { checkThrift } from "./parquet-thrift.js";
import { rowsOf, short } from "./testing/rows.js";

const written = (texts: string[], extra: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "text", data: texts, type: "STRING" }], ...extra }));

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

  it("says which columns there are when the text is not one", async () => {
    const rows = short(await rowsOf("a.parquet", written(["x"]), { textField: "body" }));
    expect(rows).toEqual(['!! has no column "body"; its flat columns are text, the footer']);
    const numbers = parquetWriteBuffer({ columnData: [{ name: "text", data: [1, 2], type: "INT32" }] });
    expect(short(await rowsOf("a.parquet", new Uint8Array(numbers)))).toEqual([
      '!! has no text in "text": it is INT32, the footer',
    ]);
  });

  it("finds damage by a page's checksum", async () => {
    const bytes = Buffer.from(PARQUET.zstdVersion2Checksums);
    bytes[60] ^= 1;
    expect(short(await rowsOf("a.parquet", bytes)).at(-1)).toMatch(
      /!! a Parquet page is damaged: a page's checksum is wrong/,
    );
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

describe("claims in Parquet files", () => {
  const check = (...bytes: number[]) => checkThrift(Uint8Array.from(bytes), 0, 1000);

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
