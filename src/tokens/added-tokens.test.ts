import { describe, expect, it } from "vitest";
import { cutter } from "./added-pieces.js";
import { readAddedTokens } from "./added-tokens.js";
import { AddedToken } from "./tokenizer-json.js";

const token = (id: number, content: string, more: Partial<AddedToken> = {}) =>
  AddedToken.parse({ id, content, ...more });
const special = { special: true };
const model = { vocab: { a: 0, b: 1 } };

describe("added tokens of a file", () => {
  it("have the ids that it gives, inside and behind the vocabulary, in any order, with gaps", () => {
    const listed = [token(9, "z"), token(1, "b"), token(2, "y", special), token(5, "")];
    expect(readAddedTokens(listed, model, "x").map(({ id, content }) => [id, content])).toEqual([
      [9, "z"],
      [1, "b"],
      [2, "y"],
    ]);
  });

  it.each([
    ["a token the model has elsewhere", [token(7, "a")], /x contradicts itself: it gives "a" the ids 0 and 7/],
    ["the id of a model's entry", [token(0, "z")], /gives id 0 to "a" and to "z"/],
    ["one id twice", [token(7, "y"), token(7, "z")], /gives id 7 to "y" and to "z"/],
    ["two ids", [token(7, "y"), token(8, "y")], /gives "y" the ids 7 and 8/],
    ["two kinds", [token(7, "y"), token(7, "y", special)], /gives "y" twice, once as special/],
  ])("are refused where they contradict the file: %s", (_, listed, message) => {
    expect(() => readAddedTokens(listed, model, "x")).toThrow(message);
  });
});

describe("a text cut at its added tokens", () => {
  const cut = (text: string, ...tokens: AddedToken[]) => {
    const pieces = cutter(new Map(tokens.map((own) => [own.content, own])))?.(text);
    return pieces?.map(({ start, end, token }) => (token ? [text.slice(start, end)] : text.slice(start, end)));
  };

  it("has the longest of those that begin first", () => {
    expect(cut("xabcab", token(1, "ab"), token(2, "abc"), token(3, "bca"))).toEqual(["x", ["abc"], ["ab"]]);
    expect(cut("a.b*a+b*", token(1, "a.b*"))).toEqual([["a.b*"], "a+b*"]);
    expect(cut("", token(1, "a"))).toEqual([]);
  });

  it("keeps special ones as text, and plain ones inside and across them", () => {
    const tokens = [token(1, "<s>", special), token(2, "s"), token(3, "><")];
    expect(cut("s<s><s", ...tokens)).toEqual([["s"], "<s><", ["s"]]);
    expect(cut("s<s", ...tokens)).toEqual([["s"], "<", ["s"]]);
    expect(cut("anything", token(1, "<s>", special))).toBeUndefined();
  });

  it("knows single words by Unicode", () => {
    const word = token(1, "ab", { single_word: true });
    expect(cut("ab-ab é ab", word)).toEqual([["ab"], "-", ["ab"], " é ", ["ab"]]);
    for (const text of ["éab", "ab字", "ab_", "𝒳ab", "ab\u0301", "1ab"]) expect(cut(text, word)).toEqual([text]);
    expect(cut("🫀ab🫀", word)).toEqual(["🫀", ["ab"], "🫀"]);
  });

  it("strips white space, which the token before may have taken", () => {
    const left = token(1, "<l>", { lstrip: true });
    const right = token(2, "<r>", { rstrip: true });
    expect(cut("a \u3000<l> b", left, right)).toEqual(["a", [" \u3000<l>"], " b"]);
    expect(cut("a <r> \n<l>", left, right)).toEqual(["a ", ["<r> \n"], ["<l>"]]);
    expect(cut("<r> b", token(3, " ", { lstrip: true }), right)).toEqual([["<r> "], "b"]);
  });
});
