import { describe, expect, it } from "vitest";
import type { Passage } from "../filter/stats/index.js";
import { renderPassages } from "./inspect.js";
import { paintFor, printable } from "./terminal.js";

const passage = (...segments: [text: string, isForget?: boolean, isFocus?: boolean][]): Passage => ({
  ...{ id: "doc-1", source: "in/a", row: 7, token: 4, tokens: 90, score: 0.5, documentScore: 0.25 },
  ...{ isStart: false, isEnd: true },
  segments: segments.map(([text, isForget = false, isFocus = false]) => ({ text, isForget, isFocus })),
});
const plain = paintFor({ isTTY: false });
const coloured = paintFor({ isTTY: true }, {});
const textOf = (one: Passage, paint = plain) => renderPassages([one], 0.5, "medicine", paint).split("\n").at(-1)!;

describe("npx lacuna inspect on a terminal", () => {
  it("says where a passage is and what it scores", () => {
    const text = renderPassages([passage(["x"])], 0.5, "medicine", plain);
    expect(text).toContain("1. doc-1  (in/a, row 7)\ntoken 5 of 90 scores 0.500, the document 0.250\n...x");
  });

  it("marks runs of forget tokens: brackets in plain text, colour on a terminal", () => {
    const one = passage(["the "], ["renal ", true], ["artery", true, true], [" is"], [" renal", true]);
    expect(textOf(one)).toBe("...the [[renal artery]] is[[ renal]]");
    expect(textOf(one, coloured)).toContain(
      "\x1b[38;5;208mrenal \x1b[39m\x1b[38;5;208m\x1b[4martery\x1b[24m\x1b[39m is",
    );
  });

  it("escapes brackets of the text itself, so that no passage can fake a mark", () => {
    expect(textOf(passage(["a [[b]] c"]))).toBe("...a \\[[b\\]] c");
    expect(textOf(passage(["a["], ["[b]", true], ["]c"]))).toBe("...a\\[[[\\[b\\]]]\\]c");
    expect(textOf(passage(["plain [1] note \\n"]))).toBe("...plain [1] note \\\\n");
  });

  it("spells out control characters, escape sequences and direction overrides of text, id and source", () => {
    const hostile = "\x1b[2J\x07\u009b31m\u202egnp\r\n\u2028\ud800\u{e0041}";
    const one = { ...passage([hostile, true]), id: hostile, source: hostile };
    for (const paint of [plain, coloured]) {
      const own = ["38;5;208", "39", "1", "2", "4", "22", "24"].map((code) => `\x1b[${code}m`);
      const text = own.reduce((rest, code) => rest.replaceAll(code, ""), renderPassages([one], 0.5, hostile, paint));
      for (const character of ["\x1b", "\x07", "\u009b", "\u202e", "\r", "\u2028", "\ud800", "\u{e0041}"]) {
        expect(text).not.toContain(character);
      }
    }
    expect(printable("\x1b[2J")).toBe("\\u{1b}[2J");
    expect(printable("naïve 日本語 😀 العربية")).toBe("naïve 日本語 😀 العربية");
  });
});
