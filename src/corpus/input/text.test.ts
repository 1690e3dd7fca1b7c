import { describe, expect, it } from "vitest";
import { rowsOf, short } from "./testing/rows.js";
import { PLAIN_TEXT_CHARACTERS } from "./text.js";

const paragraph = (index: number) => `paragraph ${index} ${"word ".repeat(100)}`.trim();

describe("plain text", () => {
  it("is cut at blank lines only, losing no words", async () => {
    const text = Array.from({ length: 40 }, (_, i) => paragraph(i)).join("\n\n");
    const rows = await rowsOf("a.txt", `\ufeff${text}\n`);
    const texts = rows.map((row) => (row.kind === "document" ? row.text : ""));
    expect(texts.join("\n\n")).toBe(text);
    expect(texts.length).toBeGreaterThan(1);
    for (const document of texts.slice(0, -1)) {
      expect(document.length).toBeGreaterThanOrEqual(PLAIN_TEXT_CHARACTERS - 1);
      expect(document.length).toBeLessThan(PLAIN_TEXT_CHARACTERS + 600);
    }
    expect(rows.map((row) => (row as { id: string }).id)).toEqual(texts.map((_, i) => `s:${i}`));
  });

  it("sets aside the document with bytes that are not UTF-8, and reads the next", async () => {
    const first = Buffer.concat([Buffer.from(`${"x".repeat(9000)}\n`), Buffer.from([0xff, 10])]);
    const rows = await rowsOf("a.txt", Buffer.concat([first, Buffer.from("\nsecond")]));
    expect(short(rows)).toEqual(["! is not valid UTF-8, line 1", ["s:1", "second"]]);
  });

  it("sets aside a document longer than allowed, and reads the next", async () => {
    const content = `${`${"x".repeat(99)}\n`.repeat(200)}\nsecond`;
    expect(short(await rowsOf("a.txt", content, { maxRecordBytes: 10_000 }))).toEqual([
      "! is a document of more than 10,000 bytes without a blank line, line 1",
      ["s:1", "second"],
    ]);
  });

  it("has no row for nothing but white space", async () => {
    expect(await rowsOf("a.txt", " \n\n\t\n")).toEqual([]);
    expect(await rowsOf("a.txt", "")).toEqual([]);
  });
});
