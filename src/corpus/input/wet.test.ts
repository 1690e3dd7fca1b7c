import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { wetRecord } from "./fuzz/valid.js";
import { CASES, rowsOf, rowsOfCase, short } from "./testing/rows.js";

const info = wetRecord("warcinfo", "info", "software: synthetic");
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const page = (id: string, text: string) => wetRecord("conversion", id, text);

describe("WET", () => {
  it("reads the pages, named by their record ids, and passes over the archive's notes", async () => {
    const records = [info, page("a", "first\n\nWARC/1.0 in the text"), page("b", "  "), page("c", "thïrd 🩺")];
    const expected = [["urn:uuid:a", "first\n\nWARC/1.0 in the text"], "empty", ["urn:uuid:c", "thïrd 🩺"]];
    expect(short(await rowsOf("a.wet", Buffer.concat(records)))).toEqual(expected);
    const members = Buffer.concat(records.map((record) => gzipSync(record)));
    expect(short(await rowsOf("a.warc.wet.gz", members))).toEqual(expected);
  });

  it("takes another header for the id when told to", async () => {
    const [row] = await rowsOf("a.wet", page("a", "x"), { idField: "Content-Type" });
    expect(row).toMatchObject({ id: "text/plain" });
  });

  it("sets aside pages that are too long, not UTF-8 or no text, and reads on", async () => {
    const bad = page("bad", "xxé");
    bad[bad.indexOf(0xc3)] = 0xff;
    const records = [page("long", "x".repeat(2000)), bad, wetRecord("response", "r", "HTTP/1.1 200"), page("z", "end")];
    const rows = short(await rowsOf("a.wet", Buffer.concat(records), { maxRecordBytes: 1000 }));
    expect(rows[0]).toMatch(/^! is a record of 2,000 bytes; at most 1,000 are read, byte 0/);
    expect(rows[1]).toMatch(/^! is not valid UTF-8/);
    expect(rows[2]).toMatch(/^! is a WARC record of type "response", not extracted text/);
    expect(rows[3]).toEqual(["urn:uuid:z", "end"]);
  });

  it.each([
    [
      "is cut off",
      page("b", "content of many bytes").subarray(0, -12),
      /!! a WARC record of 21 bytes is cut off after 13/,
    ],
    ["has no version", Buffer.from("oops\r\n\r\n"), /!! a WARC record does not begin with its version, byte/],
    ["has no end", Buffer.from(`WARC/1.0\r\nX: ${"x".repeat(70_000)}`), /!! a WARC record has a header without end/],
    ["claims too much", Buffer.from("WARC/1.0\r\nContent-Length: 999999999999999\r\n\r\n"), /!! .* is cut off after 0/],
  ])("gives up the rest of the file when a record %s", async (_, broken, reason) => {
    const rows = short(await rowsOf("a.wet", Buffer.concat([page("a", "fine"), broken])));
    expect(rows).toEqual([["urn:uuid:a", "fine"], expect.stringMatching(reason)]);
  });
});

describe("an odd WARC record", () => {
  it("in Latin-1 is read", async () => {
    const rows = await rowsOfCase("latin_hdr.wet");
    expect(rows.map((row) => row.kind === "document" && row.id)).toEqual(["urn:uuid:0", "urn:uuid:1", "urn:uuid:2"]);
    const [, latin] = await rowsOf("a.wet", readFileSync(join(CASES, "latin_hdr.wet")), { keepFields: ["WARC-Title"] });
    expect(latin).toMatchObject({ fields: { "WARC-Title": "café" } });
  });

  it("with line feeds alone is read, among others", async () => {
    const bare = Buffer.from(page("b", "two\nlines").toString().replaceAll("\r", ""));
    const rows = await rowsOf("a.wet", Buffer.concat([page("a", "x"), bare, page("c", "y")]));
    expect(short(rows)).toEqual([
      ["urn:uuid:a", "x"],
      ["urn:uuid:b", "two\nlines"],
      ["urn:uuid:c", "y"],
    ]);
  });

  const TEXT = "A page of some length.\n\nIt has a second paragraph, of more words than the first.";
  const withLength = (length: string) =>
    Buffer.from(
      page("odd", TEXT)
        .toString()
        .replace(/Content-Length: \d+/, `Content-Length: ${length}`),
    );
  const size = Buffer.byteLength(TEXT);
  const edit = (from: string, to: string) => Buffer.from(page("odd", TEXT).toString().replace(from, to));
  const ODD: [string, Buffer, RegExp][] = [
    [
      "claims too little",
      withLength(String(size - 20)),
      /^! is a WARC record with a wrong Content-Length: it says 60$/,
    ],
    ["claims to end at a paragraph", withLength("22"), /^! .* wrong Content-Length/],
    ["claims too much", withLength(String(size + 50)), /^! .* wrong Content-Length/],
    ["claims more than the file", withLength("99999"), /^! .* wrong Content-Length/],
    ["claims more than is held", withLength("9999999"), /^! .* wrong Content-Length/],
    ["claims more than is passed over", withLength("999999999999999"), /^! .* wrong Content-Length/],
    ["claims nonsense", withLength("-1"), /^! is a WARC record without usable Content-Length$/],
    ["claims nothing", edit("Content-Length", "Content-Lungth"), /^! .* without usable Content-Length$/],
    ["has no blank line", edit("\r\n\r\nA page", "\r\nA page"), /^! .* (a wrong|without usable) Content-Length/],
    ["has another version line", edit("WARC/1.0", "WXRC/1.0"), /^~ a WARC record does not begin with its version$/],
    ["has bytes before it", Buffer.concat([Buffer.from("junk\r\n"), page("odd", TEXT)]), /^~ .* its version$/],
  ];

  it.each(ODD)("that %s costs nothing but itself", async (name, odd, reason) => {
    const pages = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => page(`${from + i}`, `page ${from + i}\n\nof text`));
    const records = [info, ...pages(0, 3), odd, ...pages(3, 6)];
    for (const [file, bytes] of [
      ["a.wet", Buffer.concat(records)],
      ["a.wet.gz", Buffer.concat(records.map((record) => gzipSync(record)))],
    ] as const) {
      const rows = await rowsOf(file, bytes);
      const good = rows.flatMap((row) => (row.kind === "document" && row.id !== "urn:uuid:odd" ? [row.id] : []));
      expect(good, name).toEqual(numbers(6).map((index) => `urn:uuid:${index}`));
      const bad = short(rows.filter(({ kind }) => kind === "bad")).map((row) => String(row).replace(/, byte.*$/, ""));
      expect(bad).toEqual([expect.stringMatching(reason)]);
    }
  });

  it("at the end is counted alone", async () => {
    for (const length of ["-1", String(size - 20)]) {
      const rows = await rowsOf("a.wet", Buffer.concat([page("a", "x"), withLength(length)]));
      expect(rows).toMatchObject([{ kind: "document" }, { kind: "bad", extent: "record" }]);
    }
  });

  it("costs none before it when the stream breaks off behind it", async () => {
    const members = [page("a", "x"), page("b", "y"), page("c", "z")].map((record) => gzipSync(record));
    members[2][20] ^= 0x55;
    const rows = await rowsOf("a.wet.gz", Buffer.concat(members));
    expect(rows).toMatchObject([{ kind: "document" }, { kind: "document" }, { kind: "bad", extent: "rest" }]);
  });
});
