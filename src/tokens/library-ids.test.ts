import fc from "fast-check";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { otherIds, otherIdsNote } from "./library-ids.js";

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
const fileOf = (added: { id: number; content: string; special: boolean }[]) => ({
  version: "1.0",
  ...{ truncation: null, padding: null, normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null },
  added_tokens: added.map((token) => ({ ...token, ...flags })),
  model: { type: "WordLevel", vocab: { a: 0, b: 1, c: 2 }, unk_token: "a" },
});

describe("ids that the library gives added tokens", () => {
  it("are foretold as the library gives them", () => {
    const contents = fc.uniqueArray(fc.constantFrom("a", "c", "<x>", "<y>", "<z>", "<w>"), { maxLength: 5 });
    const gaps = fc.array(fc.record({ gap: fc.nat(2), special: fc.boolean() }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(contents, gaps, fc.boolean(), (named, drawn, isReversed) => {
        let id = 2;
        const added = named.map((content, at) => ({
          content,
          special: drawn[at].special,
          id: (id += 1 + drawn[at].gap),
        }));
        const file = fileOf(isReversed ? added.reverse() : added);
        const native = NativeTokenizer.fromString(JSON.stringify(file));
        const expected = file.added_tokens.flatMap(({ content, id: own }) => {
          const inLibrary = native.tokenToId(content)!;
          return inLibrary === own ? [] : [{ content, id: own, inLibrary }];
        });
        expect(otherIds(file)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("are said where they differ, with one of them and what to do", () => {
    expect(otherIdsNote(fileOf([{ id: 3, content: "<x>", special: true }]))).toBeUndefined();
    expect(otherIdsNote(fileOf([{ id: 9, content: "<x>", special: true }]))).toMatch(
      /so 1 of them have other ids there: "<x>" is 9 in the file and here, 3 there\. If .* save the file once/,
    );
  });
});
