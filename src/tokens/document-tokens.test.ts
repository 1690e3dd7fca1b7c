import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { documentEnds, documentTokens } from "./document-tokens.js";
import { placeSpecials } from "./specials.js";
import { createTokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train.js";

describe("documentTokens", () => {
  // The long ones are encoded block by block; an emoji is several tokens.
  const texts = { none: "", short: "renal artery", long: "a kidney, ".repeat(120_000), dense: "🫀🧬".repeat(270_000) };

  it.each(Object.entries(texts))("is the encoding and end-of-text: %s", async (_name, text) => {
    const json = await trainByteLevelBpe([texts.long.slice(0, 100)], 270, join(temporaryFolder(), "bpe"));
    const tokenizer = createTokenizer(json, placeSpecials("bpe-270", 270));
    const { ids, ends } = tokenizer.encodeWithOffsets(text);
    const made = documentTokens(tokenizer, text);
    expect(Buffer.compare(bytes(made.subarray(0, -1)), bytes(ids))).toBe(0);
    expect(made.at(-1)).toBe(tokenizer.specials.endOfText);
    const offsets = documentEnds(tokenizer, text, made.length);
    expect(Buffer.compare(bytes(offsets.subarray(0, -1)), bytes(ends))).toBe(0);
    expect(offsets.at(-1)).toBe(Buffer.byteLength(text));
  });
});

function bytes({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
