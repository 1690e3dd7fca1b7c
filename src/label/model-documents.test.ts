import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeFileAtomic, writeJson } from "../base/files.js";
import { temporaryFolder } from "../testing/folder.js";
import { trainByteLevelBpe } from "../tokens/index.js";
import { placeSpecials } from "../tokens/specials.js";
import { sentencePiece } from "../tokens/testing/sentence-piece.js";
import { HARD_TEXTS, randomText } from "../tokens/testing/texts.js";
import { createTokenizer } from "../tokens/tokenizer.js";
import { toModelTokens } from "./model-documents.js";

const TEXTS = [...HARD_TEXTS, "heart 字heart 👍 é\u0301 heart", ...[1, 2, 3].map((seed) => randomText(seed, 80))];

/** A model directory with a byte-fallback tokenizer, and shard documents of a byte-level one. */
async function opened() {
  const folder = temporaryFolder();
  await writeJson(join(folder, "config.json"), { model_type: "gpt2" });
  await writeFileAtomic(join(folder, "tokenizer.json"), sentencePiece());
  const json = await trainByteLevelBpe(TEXTS, 320, join(folder, "bpe"));
  const tokenizer = createTokenizer(json, placeSpecials("bpe-320", 320));
  const documents = TEXTS.map((text) => Uint32Array.from([...tokenizer.encode(text), tokenizer.specials.endOfText]));
  return { tokenizer, documents, model: toModelTokens(tokenizer, folder)(documents) };
}

/** 1 for each byte in a token with a label. */
function labelledBytes(labels: Uint8Array, ends: Uint32Array): number[] {
  return [...ends].flatMap((end, token) => new Array(end - (token === 0 ? 0 : ends[token - 1])).fill(labels[token]));
}

describe("labels of a model's own tokens, back on the shard's", () => {
  it("cover every labelled byte of emoji, CJK, combining marks and byte fallback, and no token without one", async () => {
    const { tokenizer, documents, model } = await opened();
    for (const [document, text] of TEXTS.entries()) {
      const bytes = Buffer.byteLength(text);
      const ends = model.ends(document);
      expect(ends.at(-1) ?? 0, text).toBe(bytes);
      for (let step = 1; step < 6; step++) {
        const labels = Uint8Array.from(ends, (_, token) => (token % step === 0 || token === ends.length - 1 ? 1 : 0));
        const carried = model.toShard(document, labels);
        expect(carried).toHaveLength(documents[document].length);
        const shardEnds = tokenizer.encodeWithOffsets(text).ends;
        const [wanted, found] = [labelledBytes(labels, ends), labelledBytes(carried, shardEnds)];
        for (let byte = 0; byte < bytes; byte++) if (wanted[byte]) expect(found[byte]).toBe(1);
        shardEnds.forEach((end, token) => {
          const own = wanted.slice(token === 0 ? 0 : shardEnds[token - 1], end);
          expect(carried[token]).toBe(own.includes(1) ? 1 : 0);
        });
        // End of text has no bytes, and no label.
        expect(carried.at(-1)).toBe(0);
      }
    }
  });

  it("are shown in the document's own text, with the space before a word", async () => {
    const { model } = await opened();
    const document = TEXTS.indexOf("plain words, twice: plain words");
    const length = model.documents[document].length;
    expect(model.textOf(document, 0, length)).toBe(TEXTS[document]);
    const pieces = Array.from({ length }, (_, token) => model.textOf(document, token, token + 1));
    expect(pieces.join("")).toBe(TEXTS[document]);
    expect(pieces.some((piece) => piece.startsWith(" "))).toBe(true);
  });
});
