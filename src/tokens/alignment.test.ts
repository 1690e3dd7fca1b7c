import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { carry } from "./alignment.js";
import { carryDocument } from "./document-tokens.js";
import { placeSpecials } from "./specials.js";
import { sentencePiece } from "./testing/sentence-piece.js";
import { HARD_TEXTS, randomText } from "./testing/texts.js";
import { createTokenizer } from "./tokenizer.js";
import { trainByteLevelBpe } from "./train.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-alignment-"));

describe("carry", () => {
  it("agrees with comparing every pair of tokens", () => {
    const draw = random(11, "synthetic:alignment");
    for (let round = 0; round < 300; round++) {
      const bytes = 1 + draw.integer(40);
      const cuts = () =>
        Uint32Array.from([...Array.from({ length: draw.integer(20) }, () => draw.integer(bytes + 1)), bytes]).sort();
      const [from, to] = [cuts(), cuts()];
      const labels = Uint8Array.from(from, () => draw.integer(2));
      const start = (ends: Uint32Array, at: number) => (at === 0 ? 0 : ends[at - 1]);
      const expected = Array.from(to, (end, t) =>
        from.some((fromEnd, f) => labels[f] === 1 && Math.min(end, fromEnd) > Math.max(start(to, t), start(from, f)))
          ? 1
          : 0,
      );
      expect(Array.from(carry(labels, from, to)), `round ${round}`).toEqual(expected);
    }
  });

  it("carries nothing to or from a text without tokens, and refuses tokenizations of different texts", () => {
    expect([...carry(Uint8Array.of(7), Uint32Array.of(3), new Uint32Array())]).toEqual([]);
    expect([...carry(new Uint8Array(), new Uint32Array(), Uint32Array.of(3))]).toEqual([0]);
    expect(() => carry(Uint8Array.of(1), Uint32Array.of(3), Uint32Array.of(4))).toThrow(/cover 3 and 4 bytes/);
  });
});

describe("carryDocument", () => {
  it("gives what carry gives of whole offsets, over many blocks, words longer than a block and emoji", async () => {
    const texts = ["das Herz schlägt ".repeat(30), "ab🫀 KIDNEY 日本語 e\u0301 ".repeat(20)];
    const open = async (entries: number) =>
      createTokenizer(
        await trainByteLevelBpe(texts, entries, join(folder, `blocks-${entries}`)),
        placeSpecials(`bpe-${entries}`, entries),
      );
    const [bytes, merged] = [await open(256), await open(400)];
    const draw = random(3, "synthetic:blocks");
    for (const text of ["", texts[1], texts.join("").repeat(70), "a".repeat(70_000), texts.join("").repeat(1200)]) {
      for (const [from, to] of [
        [bytes, merged],
        [merged, bytes],
        [merged, merged],
      ]) {
        const source = from.encodeWithOffsets(text);
        const target = to.encodeWithOffsets(text);
        const values = [0, 1].map(() => Uint8Array.from(source.ids, () => draw.integer(256)));
        const whole = carryDocument(text, values, from, to);
        expect(whole.fromTokens).toBe(source.ids.length + 1);
        expect(whole.tokens.at(-1)).toBe(to.specials.endOfText);
        expect(Buffer.compare(bytesOf(whole.tokens.subarray(0, -1)), bytesOf(target.ids))).toBe(0);
        for (const [at, carried] of whole.values.entries()) {
          const expected = Buffer.concat([carry(values[at], source.ends, target.ends), Buffer.alloc(1)]);
          expect(Buffer.compare(carried, expected)).toBe(0);
        }
      }
    }
  });

  it("goes on across blocks where a character has more tokens than bytes", () => {
    const { model, ...rest } = JSON.parse(sentencePiece());
    const wide = createTokenizer(
      JSON.stringify({ ...rest, normalizer: { type: "NFKC" }, model }),
      placeSpecials("wide", 268),
    );
    const narrow = createTokenizer(JSON.stringify({ ...rest, model }), placeSpecials("narrow", 268));
    const text = "ﷺ".repeat(2100); // 3 bytes and 33 tokens each
    const draw = random(5, "synthetic:wide");
    for (const [from, to] of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      const [source, target] = [from.encodeWithOffsets(text), to.encodeWithOffsets(text)];
      const values = Uint8Array.from(source.ids, () => draw.integer(256));
      const { tokens, values: carried, fromTokens } = carryDocument(text, [values], from, to);
      expect([tokens.length, fromTokens]).toEqual([target.ids.length + 1, source.ids.length + 1]);
      // By bytes: the highest value of each, then the highest of each token's; of no bytes, the byte before.
      const highest = new Uint8Array(Buffer.byteLength(text));
      for (const [at, [start, end]] of spansOf(source.ends).entries())
        for (let byte = start; byte < end; byte++) highest[byte] = Math.max(highest[byte], values[at]);
      const expected = spansOf(target.ends).map(([start, end]) => Math.max(0, ...highest.subarray(start, end)));
      expect(Buffer.compare(carried[0], Uint8Array.from([...expected, 0]))).toBe(0);
    }
    expect(wide.encode(text).length).toBeGreaterThan(2 ** 16);
  });

  it("keeps every labelled byte labelled, between byte tokens and merged tokens, to the last token", async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `the heart beats, das Herz schlägt ${randomText(i, 60)}`);
    const open = async (entries: number) =>
      createTokenizer(
        await trainByteLevelBpe(texts, entries, join(folder, `bpe-${entries}`)),
        placeSpecials(`bpe-${entries}`, entries),
      );
    const [bytes, merged] = [await open(256), await open(500)];
    for (const text of [...HARD_TEXTS, ...texts.slice(0, 5)]) {
      const from = bytes.encodeWithOffsets(text);
      const labels = Uint8Array.from(from.ids, (_, at) => (at % 7 === 0 || at === from.ids.length - 1 ? 1 : 0));
      const { tokens, values } = carryDocument(text, [labels], bytes, merged);
      expect(Array.from(tokens.subarray(0, -1))).toEqual(Array.from(merged.encode(text)));
      if (text) expect(values[0].at(-2)).toBe(1);
      const [back] = carryDocument(text, values, merged, bytes).values;
      for (const [at, label] of labels.entries()) if (label) expect(back[at]).toBe(1);
    }
  });
});

/** Bytes that each token stands for. */
function spansOf(ends: Uint32Array): [start: number, end: number][] {
  return Array.from(ends, (end, token) => {
    const start = token === 0 ? 0 : ends[token - 1];
    return start < end ? [start, end] : [Math.max(0, start - 1), start];
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
