import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { sentencesOf } from "./sentences.js";
import { type ByteSpan, documentLabel, type LabelSpan, labelBySpans, readSpans, toBytes } from "./spans.js";

const span = (start: number, end: number, label: LabelSpan["label"] = "forget") => ({ id: "d", start, end, label });
const none = (tokens: number) => new Uint8Array(tokens);

describe("spans", () => {
  it("count bytes or UTF-16 units, as stated, through emoji, CJK and combining marks", () => {
    const text = "a🙂b 字 e\u0301 x";
    const at = (piece: string) => span(text.indexOf(piece), text.indexOf(piece) + piece.length);
    for (const piece of ["🙂", "字", "e\u0301", "x", "🙂b 字"]) {
      const [{ start, end }] = toBytes([at(piece)], text, "utf16");
      expect(Buffer.from(text).subarray(start, end).toString()).toBe(piece);
      expect(toBytes([span(start, end)], text, "bytes")).toEqual([{ start, end, label: "forget" }]);
    }
  });

  it("do not count the white space at their ends, which the next word's token begins with", () => {
    const text = "One. Two three. Four";
    expect(toBytes([span(4, 16)], text, "utf16")).toEqual([{ start: 5, end: 15, label: "forget" }]);
    expect(toBytes([span(4, 5)], text, "bytes")).toEqual([{ start: 5, end: 5, label: "forget" }]);
  });

  it("are refused behind the end of their document and inside a character", () => {
    expect(() => toBytes([span(0, 9)], "🙂 four", "utf16")).toThrow(/\[0, 9\).*7 UTF-16 units.*bytes/s);
    expect(() => toBytes([span(1, 3)], "🙂 four", "utf16")).toThrow(/cuts a character/);
  });

  it("make every token forget that they overlap by a byte; forget wins over unknown, unknown over retain", () => {
    const ends = Uint32Array.of(2, 4, 6, 8, 10, 10);
    const isSpecial = Uint8Array.of(0, 0, 0, 0, 0, 1);
    const spans: ByteSpan[] = [
      { start: 3, end: 5, label: "forget" },
      { start: 4, end: 8, label: "unknown" },
      { start: 0, end: 10, label: "retain" },
    ];
    expect([...labelBySpans(spans, ends, isSpecial, 255)]).toEqual([0, 1, 1, 255, 0, 0]);
    expect([...labelBySpans(spans.slice(0, 1), ends, isSpecial, 255)]).toEqual([255, 1, 1, 255, 255, 0]);
    expect([...labelBySpans([{ start: 4, end: 4, label: "forget" }], ends, isSpecial, 0)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("agree with marking bytes one by one, in any order and overlap", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 });
    const marked = fc.array(fc.tuple(fc.nat(60), fc.nat(20)), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, marked, (sizes, pairs) => {
        let end = 0;
        const ends = Uint32Array.from(sizes, (size) => (end += size));
        const spans = pairs.map(([start, length]) => ({ start, end: start + length, label: "forget" as const }));
        const expected = sizes.map((size, token) =>
          spans.some((each) =>
            Array.from({ length: size }, (_, k) => ends[token] - size + k).some(
              (byte) => byte >= each.start && byte < each.end,
            ),
          )
            ? 1
            : 0,
        );
        expect([...labelBySpans(spans, ends, none(sizes.length), 0)]).toEqual(expected);
      }),
    );
  });

  it("make a document forget by the share of its known tokens, unknown when none is known", () => {
    expect(documentLabel(Uint8Array.of(1, 0, 0, 0), none(4), 0.25)).toBe(1);
    expect(documentLabel(Uint8Array.of(1, 255, 255, 255, 0), Uint8Array.of(0, 0, 0, 0, 1), 0.25)).toBe(1);
    expect(documentLabel(Uint8Array.of(1, 0, 0, 0, 0), none(5), 0.25)).toBe(0);
    expect(documentLabel(Uint8Array.of(255, 0), Uint8Array.of(0, 1), 0.25)).toBe(255);
  });

  it("are read from JSONL, or the wrong line is named", async () => {
    const path = join(temporaryFolder(), "spans.jsonl");
    const read = (lines: unknown[]) => {
      writeFileSync(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
      return readSpans(path);
    };
    expect((await read([span(1, 2), "", { ...span(0, 1), id: "e", note: "kept out" }])).get("e")).toEqual([
      { ...span(0, 1), id: "e" },
    ]);
    await expect(read([span(1, 2), "not JSON"])).rejects.toThrow(/spans\.jsonl:2 is not JSON/);
    await expect(read([span(2, 1)])).rejects.toThrow(/:1 is not a span[\s\S]*end is before start/);
    await expect(read([{ ...span(1, 2), label: "yes" }])).rejects.toThrow(/:1 is not a span/);
    await expect(readSpans(`${path}.none`)).rejects.toThrow(/Cannot read/);
  });
});

describe("sentences", () => {
  it("cover their text without a gap, whatever it is, and are never endless", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 200 }),
          fc.constant("🙂".repeat(3000)),
          fc.lorem({ maxCount: 5 }),
        ),
        (text) => {
          const sentences = sentencesOf(text);
          expect(sentences.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
          for (const { start, end } of sentences) {
            expect(end - start).toBeLessThanOrEqual(2000);
          }
        },
      ),
    );
    expect(sentencesOf("It rained. Did it? Yes!").map(({ start }) => start)).toEqual([0, 11, 19]);
  });
});
