import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode as encodeCl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { beforeAll, describe, expect, it } from "vitest";
import { namedTokenizer } from "./named.js";
import { placeSpecials, SPECIAL_NAMES } from "./specials.js";
import { HARD_TEXTS, randomText } from "./testing/texts.js";
import { createTokenizer, loadTokenizer, type Tokenizer, writeTokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-tokenizer-"));
const SYNTHETIC = Array.from({ length: 60 }, (_, i) => `The cardiac muscle ${i} pumps blood; ${randomText(i, 120)}`);
const TEXTS = [...HARD_TEXTS, ...SYNTHETIC.slice(0, 5), ...[1, 2, 3].map((seed) => randomText(1000 + seed, 2000))];
let json: string;
let tokenizer: Tokenizer;

beforeAll(async () => {
  json = await trainByteLevelBpe(SYNTHETIC, 506, join(folder, "first"));
  tokenizer = createTokenizer(json, placeSpecials("bpe-512", 506));
});

function expectExactOffsets(tokenizer: Tokenizer, text: string) {
  const { ids, ends } = tokenizer.encodeWithOffsets(text);
  expect(ends.length).toBe(ids.length);
  const bytes = Buffer.from(text);
  expect(ends.at(-1) ?? 0).toBe(bytes.length);
  for (const [at, id] of ids.entries()) {
    const own = bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
    expect(Buffer.compare(tokenizer.decodeBytes([id]), own)).toBe(0);
  }
}

describe("a learnt byte-level BPE", () => {
  it("is the same bytes for the same text, with all 256 bytes and the size asked for", async () => {
    expect(await trainByteLevelBpe(SYNTHETIC, 506, join(folder, "second"))).toBe(json);
    expect(Object.keys(JSON.parse(json).model.vocab).length).toBe(506);
    const bytes = Array.from({ length: 256 }, (_, id) => tokenizer.decodeBytes([id]));
    expect(bytes.map(([byte]) => byte).sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(tokenizer.vocabularySize).toBe(512);
  });

  it("gives back every text it encodes", () => {
    for (const text of TEXTS) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("knows the exact bytes of every token, inside emoji and Chinese characters too", () => {
    for (const text of TEXTS) expectExactOffsets(tokenizer, text);
  });

  it("encodes as the native library does", async () => {
    const native = NativeTokenizer.fromString(json);
    for (const text of TEXTS) {
      const ids = (await native.encode(text, null, { addSpecialTokens: false })).getIds();
      expect(Array.from(tokenizer.encode(text))).toEqual(ids);
    }
  });

  it("reads a lone surrogate as U+FFFD", () => {
    expect(tokenizer.decode(tokenizer.encode("a\ud83dz \udc00"))).toBe("a\ufffdz \ufffd");
    expect(tokenizer.encodeWithOffsets("a\ud83dz").ends.at(-1)).toBe(5);
  });

  it("never makes a special token of text, but shows them when decoding", () => {
    const literal = "<|endoftext|><|hidden|><|pad|><|im_start|><|im_end|><|refusal|>";
    expect(Math.max(...tokenizer.encode(literal))).toBeLessThan(506);
    const ids = SPECIAL_NAMES.map((name) => tokenizer.specials[name]);
    expect(new Set(ids).size).toBe(6);
    expect(tokenizer.decode(ids)).toBe(literal);
  });

  it("comes back from disk with the same fingerprint, another vocabulary with another", async () => {
    const directory = join(folder, "stored");
    await writeTokenizer(directory, json, placeSpecials("bpe-512", 506));
    expect(readFileSync(join(directory, "tokenizer.json"), "utf8")).toBe(json);
    expect(loadTokenizer(directory).fingerprint).toBe(tokenizer.fingerprint);
    expect(createTokenizer(json, placeSpecials("bpe-512", 512)).fingerprint).not.toBe(tokenizer.fingerprint);
  });

  it("refuses special tokens inside the vocabulary and a directory without a tokenizer", () => {
    expect(() => createTokenizer(json, placeSpecials("x", 500))).toThrow(/start at id 500, its vocabulary has 506/);
    expect(() => loadTokenizer(folder)).toThrow(/holds no specials.json/);
  });
});

describe("cl100k_base by name", () => {
  it("encodes as gpt-tokenizer and the native library do, special tokens above the ordinary ids", async () => {
    const { json, specials } = await namedTokenizer("cl100k_base");
    const cl100k = createTokenizer(json, specials);
    const native = NativeTokenizer.fromString(json);
    expect(cl100k.vocabularySize).toBe(100_288);
    expect(cl100k.specials).toMatchObject({ endOfText: 100_257, hidden: 100_277 });
    for (const text of TEXTS) {
      const ids = Array.from(cl100k.encode(text));
      expect(ids).toEqual((await native.encode(text, null, { addSpecialTokens: false })).getIds());
      // gpt-tokenizer takes JavaScript's white space for Unicode's, which differ in these characters.
      if (!/[\ufeff\u0085]/.test(text)) expect(ids).toEqual(encodeCl100k(text, { disallowedSpecial: new Set() }));
      expect(cl100k.decode(ids)).toBe(text);
      expectExactOffsets(cl100k, text);
    }
  });
});
