/** @file Ids of tokenizer.json files of every layout. Against Python's library, two thousand: interop/tokenizers.test.ts. */
import { readFileSync } from "node:fs";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { type Codec, openCodec } from "./codec.js";
import { type LayoutFile, randomLayout } from "./testing/layouts.js";

const LAYOUTS = 150;
const SEED = 4_000;

/** Ids that text may become though the file calls them special: unknown text, and the bytes it falls back to. */
function unknownIds({ model }: LayoutFile): Set<number> {
  const { vocab, unk_token, unk_id, byte_fallback } = model;
  const ids = new Map(Array.isArray(vocab) ? vocab.map(([piece], id) => [piece, id]) : Object.entries(vocab));
  const bytes = byte_fallback ? [...ids].filter(([entry]) => /^<0x[0-9A-F]{2}>$/.test(entry)) : [];
  return new Set([unk_id as number, ids.get(unk_token as string)!, ...bytes.map(([, id]) => id)]);
}

const specialsOf = ({ added_tokens }: LayoutFile) => added_tokens.filter(({ special }) => special);

/** Opens a file; undefined where it is refused, as interop/tokenizers.test.ts counts. */
function open(file: LayoutFile): Codec | undefined {
  try {
    return openCodec(JSON.stringify(file), "layout");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

function encode(codec: Codec, text: string) {
  try {
    return codec.encode(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

describe(`${LAYOUTS} layouts at random from seed ${SEED}`, () => {
  const layouts = Array.from({ length: LAYOUTS }, (_, index) => ({
    seed: SEED + index,
    ...randomLayout(SEED + index),
  }));

  it("never let text become a special token, and give every byte to a token, in order", () => {
    let texts = 0;
    for (const { file, texts: own, seed } of layouts) {
      const codec = open(file);
      const may = unknownIds(file);
      const specials = specialsOf(file).filter(({ id }) => !may.has(id));
      // Some texts are nothing but special strings.
      for (const text of [...own, specials.map(({ content }) => content).join(""), ...specials.map((s) => s.content)]) {
        const encoded = codec && encode(codec, text);
        if (!encoded) continue;
        const message = `seed ${seed}: ${JSON.stringify(text)}`;
        for (const { id } of specials) expect(encoded.ids, message).not.toContain(id);
        expect(encoded.ends.length).toBe(encoded.ids.length);
        if (encoded.ids.length === 0) continue;
        expect(encoded.ends.at(-1), message).toBe(Buffer.byteLength(text));
        expect(
          encoded.ends.every((end, at) => at === 0 || end >= encoded.ends[at - 1]),
          message,
        ).toBe(true);
        texts++;
      }
    }
    expect(texts).toBeGreaterThan(5 * LAYOUTS);
  });

  it("have the native library's ids wherever text spells nothing special", async () => {
    let texts = 0;
    for (const { file, texts: own, seed } of layouts) {
      const codec = open(file);
      if (!codec) continue;
      const native = NativeTokenizer.fromString(JSON.stringify({ ...file, truncation: null }));
      const ids = new Map(file.added_tokens.map(({ id, content }) => [native.tokenToId(content)!, id]));
      const normalize = (text: string) => native.getNormalizer()?.normalizeString(text) ?? text;
      const specials = specialsOf(file).flatMap(({ content }) => [content, normalize(content)]);
      for (const text of own) {
        if (specials.some((string) => text.includes(string) || normalize(text).includes(string))) continue;
        const encoded = encode(codec, text);
        if (!encoded) continue;
        const oracle = (await native.encode(text, null, { addSpecialTokens: false })).getIds();
        expect([...encoded.ids], `seed ${seed}: ${JSON.stringify(text)}`).toEqual(
          oracle.map((id) => ids.get(id) ?? id),
        );
        texts++;
      }
    }
    expect(texts).toBeGreaterThan(LAYOUTS);
  });
});

describe("files that went wrong", () => {
  const openCase = (name: string) => openCodec(readFileSync(`src/testing/cases/${name}.json`, "utf8"), name);
  const ids = (name: string, text: string) => [...openCase(name).encodeIds(text)];

  it("Dolma's layout: plain added tokens behind special ones keep their ids, special strings are text", () => {
    const text = "call |||PHONE_NUMBER||| or |||EMAIL_ADDRESS||| <|endoftext|> now";
    const expected = [66, 64, 263, 220, 364, 220, 288, 220, 365, 220, 27, 91, 256, 67, 78, 69, 83, 68, 87, 83, 91, 29];
    expect(ids("dolma2like", text)).toEqual([...expected, 220, 77, 78, 86]);
    expect(ids("dolma2like", "<|extra_id_0|>x")).toEqual([360, 87]);
    const codec = openCase("dolma2like");
    expect(Buffer.from(codec.decode(ids("dolma2like", text))).toString()).toBe(text);
    const withEnds = codec.encode("é |||PHONE_NUMBER|||é");
    expect(withEnds.ends[withEnds.ids.indexOf(364)]).toBe(21);
    expect(withEnds.ends.at(-1)).toBe(23);
  });

  it("Unigram: special strings are what is left of them without their pieces", () => {
    // Of Python's library, by the same file with other names for these pieces (interop/tokenizer_layouts.py).
    const expected = [3, 4, 3, 2, 14, 2, 3, 2, 18, 7, 8, 2, 3, 5, 3, 2, 59, 13, 2];
    expect(ids("unigram", "i </s> <pad> o <unk>")).toEqual(expected);
  });

  it("digits of a pattern are Unicode's", () => {
    const expected = [65, 150, 97, 150, 98, 66, 221, 356, 20, 221, 28, 92, 257, 68, 79, 70, 84, 69, 88, 84, 92, 30];
    expect(ids("pat_d", "a٣٤b 1234 <|endoftext|>")).toEqual(expected);
  });

  it("WordPiece: special strings are cut as any text", () => {
    expect(ids("bert", "[CLS] the [MASK]ed 字")).toEqual([1, 20, 59, 61, 1, 158, 1, 1, 1, 22, 67, 1]);
  });

  it("Llama 2: bytes that the file calls special are still what unknown text falls back to", () => {
    const expected = [285, 63, 273, 65, 277, 232, 176, 154, 277, 63, 51, 123, 55, 52, 65];
    expect(ids("llama2-layout", "the <s> 字 <0x41>")).toEqual(expected);
  });
});
