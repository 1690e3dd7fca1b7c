import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hardText } from "../../tokens/testing/texts.js";
import { byteSpans, characterCount, characterSpans, cutSpans, spansAfterCut } from "./spans.js";

/** A text cut into random tokens of bytes, some of them marked twice: masked, and of these some removed. */
const marked = hardText()
  .map((text) => Buffer.from(text).toString())
  .chain((text) => {
    const length = Buffer.byteLength(text);
    return fc.record({
      text: fc.constant(text),
      cuts: fc.uniqueArray(fc.integer({ min: 0, max: length }), { maxLength: 30 }),
      seeds: fc.array(fc.nat(2), { minLength: 32, maxLength: 32 }),
    });
  })
  .map(({ text, cuts, seeds }) => {
    const utf8 = Buffer.from(text);
    const ends = Uint32Array.from([...cuts, utf8.length, utf8.length]).sort();
    const masked = Uint8Array.from(ends, (_, at) => (at < ends.length - 1 && seeds[at] > 0 ? 1 : 0));
    return { text, utf8, ends, masked, removed: masked.map((mask, at) => (mask && seeds[at] === 2 ? 1 : 0)) };
  });

/** Characters that a marked token touches, by brute force. */
function touched(text: string, marks: Uint8Array, ends: Uint32Array): boolean[] {
  let start = 0;
  return [...text].map((character) => {
    const end = start + Buffer.byteLength(character);
    const isTouched = Array.from(marks).some((mark, token) => {
      const from = token === 0 ? 0 : ends[token - 1];
      return mark === 1 && from < end && ends[token] > start && from < ends[token];
    });
    start = end;
    return isTouched;
  });
}

describe("spans", () => {
  it("cover exactly the whole characters that a marked token touches, counted in code points", () => {
    fc.assert(
      fc.property(marked, ({ text, utf8, ends, masked }) => {
        const spans = characterSpans(utf8, byteSpans(utf8, masked, ends));
        const inside = [...text].map((_, at) => spans.some(({ start, end }) => at >= start && at < end));
        expect(inside).toEqual(touched(text, masked, ends));
        for (const [at, { start }] of spans.slice(1).entries()) expect(start).toBeGreaterThan(spans[at].end);
        expect(characterCount(utf8)).toBe([...text].length);
      }),
    );
  });

  it("are cut without breaking a character, and the masked rest is found again in what is left", () => {
    fc.assert(
      fc.property(marked, ({ text, utf8, ends, masked, removed }) => {
        const gone = byteSpans(utf8, removed, ends);
        const left = cutSpans(utf8, gone, "nothing", "<|hidden|>");
        const isGone = touched(text, removed, ends);
        const isMasked = touched(text, masked, ends);
        expect(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(left)).toBe(
          [...text].filter((_, at) => !isGone[at]).join(""),
        );
        const spans = spansAfterCut(byteSpans(utf8, masked, ends), gone, "nothing", "<|hidden|>");
        const kept = [...text].flatMap((_, at) => (isGone[at] ? [] : [isMasked[at]]));
        const found = characterSpans(left, spans);
        expect(kept.map((_, at) => found.some(({ start, end }) => at >= start && at < end))).toEqual(kept);
      }),
    );
  });

  it("leave <|hidden|> once per token or once per span", () => {
    const utf8 = Buffer.from("abcdef");
    const gone = byteSpans(utf8, Uint8Array.of(0, 1, 1, 0, 0, 1), Uint32Array.of(1, 2, 3, 4, 5, 6));
    const cut = (how: "hidden" | "one-hidden") => Buffer.from(cutSpans(utf8, gone, how, "[H]")).toString();
    expect(cut("hidden")).toBe("a[H][H]de[H]");
    expect(cut("one-hidden")).toBe("a[H]de[H]");
    const masked = byteSpans(utf8, Uint8Array.of(0, 1, 1, 0, 1, 1), Uint32Array.of(1, 2, 3, 4, 5, 6));
    expect(spansAfterCut(masked, gone, "one-hidden", "[H]")).toMatchObject([{ start: 5, end: 6 }]);
  });
});
