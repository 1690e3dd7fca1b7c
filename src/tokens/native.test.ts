import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { placeSpecials } from "./specials.js";
import { sentencePiece } from "./testing/sentence-piece.js";
import { createTokenizer } from "./tokenizer.js";

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
    expect(() => createTokenizer('{"model":{"type":"BPE"}}', placeSpecials("odd", 9))).toThrow(
      /odd is not a tokenizer.json that can be read: model.vocab/,
    );
    const broken = { model: { type: "BPE", vocab: { a: 0 }, merges: [["a", "b"]] } };
    expect(() => createTokenizer(JSON.stringify(broken), placeSpecials("odd", 9))).toThrow(/cannot read odd.*`b`/);
  });
});
