import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { wetRecord } from "./fuzz/valid.js";
import { rowsOf, short } from "./testing/rows.js";

const info = wetRecord("warcinfo", "info", "software: synthetic");
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
    ["has no end", Buffer.from(`WARC/1.0\r\nX: ${"x".repeat(70_000)}`), /!! the header of a WARC record has no end/],
    ["claims nonsense", Buffer.from("WARC/1.0\r\nContent-Length: -1\r\n\r\n"), /!! .* no usable Content-Length/],
    ["claims too much", Buffer.from("WARC/1.0\r\nContent-Length: 999999999999999\r\n\r\n"), /!! .* is cut off after 0/],
  ])("gives up the rest of the file when a record %s", async (_, broken, reason) => {
    const rows = short(await rowsOf("a.wet", Buffer.concat([page("a", "fine"), broken])));
    expect(rows).toEqual([["urn:uuid:a", "fine"], expect.stringMatching(reason)]);
  });
});
