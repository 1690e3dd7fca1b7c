import { describe, expect, it } from "vitest";
import { hashBytes, piecesOf } from "./pieces.js";

/** fastText's hash in arithmetic of any size. */
function hashSlowly(text: string): number {
  let hash = 2166136261n;
  for (const byte of Buffer.from(text)) {
    const signed = byte > 127 ? BigInt(byte) - 256n : BigInt(byte);
    hash = ((hash ^ (signed & 0xffffffffn)) * 16777619n) & 0xffffffffn;
  }
  return Number(hash);
}

describe("pieces of words", () => {
  it("are 3 to 5 letters of the word between < and >", () => {
    const pieces = ["<ca", "<cat", "<cat>", "cat", "cat>", "at>"];
    expect(piecesOf("cat", 1e9)).toEqual(pieces.map((piece) => hashSlowly(piece) % 1e9));
    expect(piecesOf("a", 1e9)).toEqual([hashSlowly("<a>") % 1e9]);
  });

  it("are counted in characters, not bytes, and never cut one", () => {
    expect(piecesOf("é病", 1e9)).toEqual(["<é病", "<é病>", "é病>"].map((piece) => hashSlowly(piece) % 1e9));
    for (const word of ["心臓病", "โรคหัวใจ", "医", "𝒳𝒳"]) expect(piecesOf(word, 2 ** 19).length).toBeGreaterThan(0);
  });

  it("hash as fastText does, bytes above 127 sign-extended", () => {
    for (const text of ["", "<the", "é", "病>", "\u{1d4b3}"]) {
      const bytes = new TextEncoder().encode(text);
      expect(hashBytes(bytes, 0, bytes.length)).toBe(hashSlowly(text));
    }
    // FNV-1a of "a", as published: without a high byte both are the same.
    expect(hashBytes(Uint8Array.of(97), 0, 1)).toBe(0xe40c292c);
  });
});
