import { describe, expect, it } from "vitest";
import { NO_DOMAIN, truthOfTokens } from "./truth.js";

/** Ends of tokens that cut the text's bytes into pieces of the given lengths. */
function cut(...lengths: number[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(lengths, (length) => (end += length));
}
const N = NO_DOMAIN;
const label = (text: string, spans: [number, number, string][], ends: Uint32Array) =>
  Array.from(
    truthOfTokens(
      text,
      spans.map(([start, end, domain]) => ({ start, end, domain })),
      ends,
      ["a", "b"],
    ),
  );

describe("truthOfTokens", () => {
  it("counts any overlap", () => {
    expect(label("abcdefgh", [[3, 5, "a"]], cut(2, 2, 2, 2))).toEqual([N, 0, 0, N]);
  });

  it("gives a shared token to the domain with most of its bytes, the first of equals", () => {
    const spans: [number, number, string][] = [
      [4, 8, "b"],
      [0, 4, "a"],
    ];
    expect(label("abcdefgh", spans, cut(3, 3, 2))).toEqual([0, 1, 1]);
    expect(label("abcdefgh", spans, cut(3, 2, 3))).toEqual([0, 0, 1]);
  });

  it("measures in bytes, not characters: emoji, Chinese, combining marks", () => {
    const text = "🫀字e\u0301x"; // 4 + 3 + 1 + 2 + 1 bytes; UTF-16 offsets 0, 2, 3, 4, 5
    expect(label(text, [[2, 3, "a"]], cut(4, 1, 1, 1, 1, 2, 1))).toEqual([N, 0, 0, 0, N, N, N]);
    expect(label(text, [[5, 6, "b"]], cut(4, 3, 3, 1))).toEqual([N, N, N, 1]);
  });

  it("takes in a whole character when an offset falls inside it", () => {
    expect(label("🫀x", [[1, 2, "a"]], cut(2, 2, 1))).toEqual([0, 0, N]);
  });
});
