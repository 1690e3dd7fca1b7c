import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { BYTE_CHARACTERS } from "./byte-alphabet.js";
import { carryDocument, documentEnds, documentTokens } from "./document-tokens.js";
import { placeSpecials } from "./specials.js";
import { normalizingTokenizer } from "./testing/random-tokenizer.js";
import { hardText } from "./testing/texts.js";
import { createTokenizer } from "./tokenizer.js";
import { writeByteLevelJson } from "./tokenizer-json.js";

const bytes = createTokenizer(
  writeByteLevelJson(Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte])), []),
  placeSpecials("bytes", 256),
);
const cases = join(import.meta.dirname, "..", "testing", "cases");
const open = (json: string) => createTokenizer(json, placeSpecials("file", 1000));

/** Bytes that each token stands for: its own, or else the one before it. */
function bytesOf(ends: Uint32Array, token: number): [from: number, to: number] {
  const start = token === 0 ? 0 : ends[token - 1];
  return start < ends[token] ? [start, ends[token]] : [Math.max(0, start - 1), start];
}

describe("tokenizers that make more tokens of a text than it has bytes", () => {
  it("end every document of the Llama 2 layout: one of emoji alone, one shorter than its tokens by two", () => {
    const llama = open(readFileSync(join(cases, "llama2-layout.json"), "utf8"));
    const texts = readFileSync(join(cases, "eot.jsonl"), "utf8").trimEnd().split("\n");
    const made = texts.map((line) => {
      const { text } = JSON.parse(line) as { text: string };
      const marks = new Uint8Array(Buffer.byteLength(text) + 1);
      return carryDocument(text, [marks], bytes, llama).tokens;
    });
    expect(made.map((tokens) => tokens.at(-1))).toEqual(texts.map(() => llama.specials.endOfText));
    expect(made.reduce((sum, { length }) => sum + length, 0)).toBe(69);
  });

  it("carry marks by bytes, and lose neither a token nor an end, whatever the normalizer does to lengths", async () => {
    await fc.assert(
      fc.asyncProperty(
        normalizingTokenizer(),
        fc.array(hardText(), { minLength: 1, maxLength: 6 }),
        async (json, drawn) => {
          const native = NativeTokenizer.fromString(json);
          const tokenizer = open(json);
          for (const text of [...drawn, "ﷺ ﬁ aaa", "\u200b", "bbb"]) {
            const wanted = (await native.encode(text, null, { addSpecialTokens: false })).getIds();
            const marks = Uint8Array.from([...Buffer.from(text)], (byte) => (byte % 3 === 0 ? 1 : 0));
            const { tokens, values, fromTokens } = carryDocument(text, [Uint8Array.of(...marks, 0)], bytes, tokenizer);
            expect(fromTokens).toBe(marks.length + 1);
            expect([...tokens]).toEqual([...wanted, tokenizer.specials.endOfText]);
            expect([...documentTokens(tokenizer, text)]).toEqual([...tokens]);
            const ends = documentEnds(tokenizer, text, tokens.length);
            const expected = wanted.map((_, token) => (marks.subarray(...bytesOf(ends, token)).includes(1) ? 1 : 0));
            expect([...values[0]]).toEqual([...expected, 0]);
            // And back: a byte is marked when a token that stands for it is.
            const back = carryDocument(text, [values[0]], tokenizer, bytes);
            expect(back.fromTokens).toBe(tokens.length);
            for (const [at, mark] of marks.entries())
              if (mark === 1 && wanted.length > 0) expect(back.values[0][at]).toBe(1);
          }
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);
});
