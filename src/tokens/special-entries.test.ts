import { describe, expect, it } from "vitest";
import { openCodec } from "./codec.js";
import { ordinaryModel } from "./special-entries.js";
import type { ModelJson } from "./tokenizer-json.js";

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
const added = (id: number, content: string, special = true) => ({ id, content, special, ...flags });

/** Ids of texts by a file of a model and its added tokens. */
function idsOf(model: object, added_tokens: object[], pre_tokenizer: unknown = null) {
  const file = {
    version: "1.0",
    added_tokens,
    normalizer: null,
    pre_tokenizer,
    post_processor: null,
    decoder: null,
    model,
  };
  const codec = openCodec(JSON.stringify(file), "synthetic");
  return (text: string) => [...codec.encodeIds(text)];
}

describe("special entries of a model", () => {
  const words = { type: "WordLevel", vocab: { "<s>": 0, unk: 1, a: 2 }, unk_token: "unk" };
  const split = { type: "WhitespaceSplit" };

  it("are unknown words to WordLevel", () => {
    expect(idsOf(words, [added(0, "<s>")], split)("a <s> a")).toEqual([2, 1, 2]);
    expect(idsOf(words, [added(0, "<s>"), added(1, "unk")], split)("<s> unk b")).toEqual([1, 1, 1]);
    expect(idsOf(words, [added(0, "<s>", false)], split)("a <s> a")).toEqual([2, 0, 2]);
  });

  it("are no beginning of a word to WordPiece", () => {
    const model = { type: "WordPiece", vocab: { "[A]": 0, "[U]": 1, "[": 2, "##A": 3, "##]": 4, "##b": 5 } };
    const settings = { unk_token: "[U]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 };
    const ids = idsOf({ ...model, ...settings }, [added(0, "[A]"), added(1, "[U]")], split);
    expect(ids("[A]b")).toEqual([2, 3, 4, 5]);
    expect(ids("[U]b")).toEqual([1]);
  });

  it("are no pieces to Unigram, at which their places stay", () => {
    const vocab = [
      ["</s>", 0],
      ["?", 0],
      ["<", -5],
      ["/s>", -5],
      ["a", -1],
    ];
    const ids = idsOf({ type: "Unigram", vocab, unk_id: 1, byte_fallback: false }, [added(0, "</s>"), added(1, "?")]);
    expect(ids("a</s>a")).toEqual([4, 2, 3, 4]);
    expect(ids("a?a")).toEqual([4, 1, 4]);
  });

  it("are no whole words to BPE", () => {
    const vocab = { x: 0, y: 1, xyx: 2, "?": 3 };
    const model = { type: "BPE", vocab, merges: [], unk_token: "?", ignore_merges: true };
    expect(idsOf(model, [])("xyx")).toEqual([2]);
    expect(idsOf(model, [added(2, "xyx")])("xyx")).toEqual([0, 1, 0]);
  });

  it("that merges make are written as what they were made of, and lead on to others", () => {
    const vocab = { x: 0, y: 1, xy: 2, xyx: 3, xyxx: 4 };
    const merges = ["x y", "xy x", "xyx x"];
    const ids = idsOf({ type: "BPE", vocab, merges }, [added(2, "xy"), added(3, "xyx")]);
    expect(ids("xy")).toEqual([0, 1]);
    expect(ids("xyx")).toEqual([0, 1, 0]);
    expect(ids("xyxx")).toEqual([4]);
  });

  it("that are a character are its bytes, or unknown, or refused", () => {
    const vocab = { é: 0, "<0xC3>": 1, "<0xA9>": 2, "?": 3 };
    const model = { type: "BPE", vocab, merges: [] };
    expect(idsOf({ ...model, byte_fallback: true }, [added(0, "é")])("é")).toEqual([1, 2]);
    expect(idsOf({ ...model, unk_token: "?" }, [added(0, "é")])("é")).toEqual([3]);
    expect(() => idsOf(model, [added(0, "é")])).toThrow(/synthetic calls "é" a special token, and text with/);
  });

  it("change nothing where there are none", () => {
    const model: ModelJson = { vocab: { a: 0 }, merges: [] };
    expect(ordinaryModel(model, new Set(["<s>"]), "x")).toEqual({ model, spelled: new Map() });
  });

  it("are kept from byte-level words as well, in the scanner's way and the library's", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
    let shifted = 256;
    const alphabet = bytes.map((byte) => [String.fromCharCode(printable(byte) ? byte : shifted++), byte]);
    const vocab = { ...Object.fromEntries(alphabet), "<s": 256, "<s>": 257, abc: 258 };
    const model = { type: "BPE", vocab, merges: ["< s", "<s >"], ignore_merges: true };
    const specials = [added(257, "<s>"), added(258, "abc"), added(259, "!!", false)];
    const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
    const pattern = { type: "Split", pattern: { Regex: "[a-z<>]+" }, behavior: "Isolated", invert: false };
    const pretokenizers = [pattern, { ...byteLevel, use_regex: false }];
    for (const pre of [
      { ...byteLevel, use_regex: true },
      { type: "Sequence", pretokenizers },
    ]) {
      const ids = idsOf(model, specials, pre);
      expect(ids("abc")).toEqual([97, 98, 99]);
      expect(ids("!!abc!!")).toEqual([259, 97, 98, 99, 259]);
      expect(ids("<s>").filter((id) => id >= 257)).toEqual([]);
    }
    expect(idsOf(model, specials, { type: "Sequence", pretokenizers })("<s>")).toEqual([256, 62]);
    expect(() => idsOf(model, [added(33, "!")], { ...byteLevel, use_regex: true })).toThrow(
      /calls "!" a special token/,
    );
  });
});

describe("a tokenizer that is not one way", () => {
  it("is refused: random merges, added tokens that are the same once normalized", () => {
    expect(() => idsOf({ type: "BPE", vocab: { a: 0 }, merges: [], dropout: 0.1 }, [])).toThrow(/dropout 0\.1/);
    const tokens = ["Foo", "foo"].map((content, id) => ({ ...added(id + 1, content, false), normalized: true }));
    const file = { version: "1.0", added_tokens: tokens, normalizer: { type: "Lowercase" } };
    const model = { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" };
    expect(() => openCodec(JSON.stringify({ ...file, model }), "two.json")).toThrow(
      /makes "foo" of its added token "foo", and of "Foo"/,
    );
  });

  it("says so where it has no token for a text", () => {
    const ids = idsOf({ type: "WordLevel", vocab: { a: 0 }, unk_token: "unk" }, []);
    expect(ids("a")).toEqual([0]);
    expect(() => ids("b")).toThrow(/synthetic cannot encode a text of 1 characters/);
  });
});
