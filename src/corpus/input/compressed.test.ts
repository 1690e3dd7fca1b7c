import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ZSTD } from "./fuzz/samples.js";
import { rowsOf, short } from "./testing/rows.js";

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `{"text":"line ${i} ${"é".repeat(i % 90)}"}\n`).join("");
/** A zstd frame: window of 2^log bytes, then blocks of [type, size, bytes]. */
function frame(log: number, ...blocks: [type: number, size: number, bytes: Uint8Array][]): Buffer {
  const parts = blocks.flatMap(([type, size, bytes], index) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((size << 3) | (type << 1) | (index === blocks.length - 1 ? 1 : 0), 0, 3);
    return [head, bytes];
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3]), ...parts]);
}
const raw = (text: string): [number, number, Uint8Array] => [0, Buffer.byteLength(text), Buffer.from(text)];

describe("gzip", () => {
  it("reads members one after the other, and zeros behind them", async () => {
    const text = lines(5000);
    const [a, b] = [gzipSync(text.slice(0, 40_001)), gzipSync(text.slice(40_001))];
    const plain = await rowsOf("a.jsonl", text);
    expect(plain).toHaveLength(5000);
    expect(await rowsOf("a.jsonl.gz", Buffer.concat([a, b]))).toEqual(plain);
    expect(await rowsOf("a.jsonl.gz", Buffer.concat([a, b, Buffer.alloc(100_000)]))).toEqual(plain);
  });

  it("keeps what was read before a cut and says where it is", async () => {
    const rows = await rowsOf("a.jsonl.gz", gzipSync(lines(5000)).subarray(0, -2000));
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.slice(0, -1).every(({ kind }) => kind === "document")).toBe(true);
    expect(rows.at(-1)).toMatchObject({
      kind: "bad",
      extent: "rest",
      row: rows.length - 1,
      reason: "the gzip stream is truncated",
    });
    expect((rows.at(-1) as { position: string }).position).toMatch(/^byte [\d,]+ of the decompressed stream$/);
  });

  it.each([
    ["nothing", Buffer.alloc(0), /!! the gzip stream is truncated/],
    ["no gzip", Buffer.from("plain text"), /!! the gzip stream is damaged/],
    [
      "other data behind",
      Buffer.concat([gzipSync(lines(3)), Buffer.from("garbage")]),
      /!! the gzip stream is damaged or other data follows/,
    ],
  ])("gives up a file of %s", async (_, bytes, reason) => {
    expect(short(await rowsOf("a.jsonl.gz", bytes)).at(-1)).toMatch(reason);
  });

  it("finds damage by the checksum", async () => {
    const bytes = gzipSync(lines(2000));
    bytes[bytes.length - 8] ^= 1;
    expect(short(await rowsOf("a.jsonl.gz", bytes)).at(-1)).toMatch(/^!! the gzip stream is damaged/);
  });
});

describe("zstd", () => {
  it("reads frames one after the other, and passes over skippable ones", async () => {
    const rows = short(await rowsOf("a.jsonl.zst", ZSTD));
    expect(rows).toHaveLength(60);
    expect(rows[59]).toEqual(["z59", `document 59 of a synthetic file, ${"with words that repeat ".repeat(4)}`]);
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const both = Buffer.concat([skippable, frame(20, raw('{"text":"a"}\n{"te'), raw('xt":"b"}')), skippable]);
    expect(short(await rowsOf("a.jsonl.zst", both))).toEqual([
      ["s:0", "a"],
      ["s:1", "b"],
    ]);
  });

  it.each([
    ["is cut in a block", ZSTD.subarray(0, -20), /!! the zstd stream is truncated, byte/],
    ["is cut in a header", ZSTD.subarray(0, 3), /!! the zstd stream is truncated, byte 3/],
    ["is empty", Buffer.alloc(0), /!! the zstd stream is truncated/],
    [
      "has other data behind",
      Buffer.concat([ZSTD, Buffer.from("garbage")]),
      /!! other data follows the zstd stream, byte 510/,
    ],
    ["is none", Buffer.from("plain text"), /!! is not a zstd stream/],
    ["wants a window of a gigabyte", frame(30, raw("x")), /!! a zstd frame needs a window of 1,073,741,824 bytes/],
  ])("gives up a stream that %s", async (_, bytes, reason) => {
    expect(short(await rowsOf("a.jsonl.zst", bytes)).at(-1)).toMatch(reason);
  });
});

describe("a zstd checksum", () => {
  it("finds damage that decompresses well", async () => {
    const bytes = Buffer.from(ZSTD);
    bytes[bytes.length - 1] ^= 1;
    expect(short(await rowsOf("a.jsonl.zst", bytes)).at(-1)).toMatch(/^!! the zstd stream is damaged: .*checksum/i);
  });
});

describe("a decompression bomb", () => {
  it.each([
    ["gzip", "a.jsonl.gz", () => gzipSync(Buffer.alloc(40_000_000, "x"))],
    [
      "zstd",
      "a.jsonl.zst",
      () =>
        frame(20, ...Array.from({ length: 300 }, (): [number, number, Uint8Array] => [1, 2 ** 17, Buffer.from("x")])),
    ],
  ])("in %s is given up when one record goes on", async (_, name, make) => {
    const rows = short(await rowsOf(name, make()));
    expect(rows).toEqual([expect.stringMatching(/!! a line is longer than 16,777,216 bytes decompressed/)]);
  });

  it("made of blank lines is given up", async () => {
    const bytes = gzipSync(Buffer.alloc(2 ** 20 + 10, "\n"));
    expect(short(await rowsOf("a.txt.gz", bytes))).toEqual([
      expect.stringMatching(/!! 1,048,576 lines on end hold nothing/),
    ]);
  });

  it("is not seen in one page repeated, at any ratio", async () => {
    const page = `${JSON.stringify({ text: "the same page again ".repeat(1000) })}\n`;
    const bytes = gzipSync(page.repeat(1500));
    expect((30 * 2 ** 20) / bytes.length).toBeGreaterThan(300);
    const rows = await rowsOf("a.jsonl.gz", bytes);
    expect(rows.filter(({ kind }) => kind === "document")).toHaveLength(1500);
  });

  it("is only a record too long when it ends in time", async () => {
    const bytes = gzipSync(`${"x".repeat(3_000_000)}\n{"text":"next"}`);
    expect(short(await rowsOf("a.jsonl.gz", bytes))).toEqual([
      "! is a line of more than 1,048,576 bytes, line 1",
      ["s:1", "next"],
    ]);
  });
});
