import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { placeSpecials } from "./specials.js";
import { createTokenizer } from "./tokenizer.js";

/** A synthetic SentencePiece-like tokenizer: a space is "▁", unknown characters fall back to bytes. */
function sentencePiece(): string {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const entries = ["<unk>", "<s>", ...bytes, "▁", "h", "e", "a", "r", "t", "▁h", "ea", "rt", "▁hea"];
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      { id: 1, content: "<s>", single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
      merges: [
        ["▁", "h"],
        ["e", "a"],
        ["r", "t"],
        ["▁h", "ea"],
      ],
    },
  });
}

describe("a tokenizer.json that is not byte-level", () => {
  const json = sentencePiece();
  const tokenizer = createTokenizer(json, placeSpecials("pieces", 268));

  it("encodes as the native library does, synchronously", async () => {
    const native = NativeTokenizer.fromString(json);
    for (const text of [" heart", "heart heart", "é 字 heart", "👍"]) {
      const ids = (await native.encode(text, null, { addSpecialTokens: false })).getIds();
      expect(Array.from(tokenizer.encode(text))).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });

  it("gives bytes that fell back one offset each, and whole pieces theirs", () => {
    const { ends } = tokenizer.encodeWithOffsets(" heart字👍h");
    expect(Array.from(ends)).toEqual([4, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it("reads the file's own special tokens as ordinary text", () => {
    expect(Array.from(tokenizer.encode("<s>"))).not.toContain(1);
    expect(tokenizer.decode(tokenizer.encode("<s>"))).toBe("<s>");
  });

  it("refuses what is not a tokenizer in one sentence", () => {
    expect(() => createTokenizer("{", placeSpecials("broken", 9))).toThrow(/broken is not JSON/);
    expect(() => createTokenizer("{}", placeSpecials("empty", 9))).toThrow(/empty is not a tokenizer.json/);
    expect(() => createTokenizer('{"model":{"type":"BPE"}}', placeSpecials("odd", 9))).toThrow(/cannot read odd/);
  });
});
