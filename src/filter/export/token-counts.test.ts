import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { createTokenizer, openTrainerTokenizer, type Tokenizer } from "../../tokens/index.js";
import { ownSpecials } from "../../tokens/own-specials.js";
import { normalizingTokenizer } from "../../tokens/testing/random-tokenizer.js";
import { hardText } from "../../tokens/testing/texts.js";
import { exportCorpus } from "./export.js";
import { type ExportSettings, FORMATS, type FormatName } from "./settings.js";
import { shouting, syntheticSet } from "./testing/synthetic-set.js";

const cases = join(import.meta.dirname, "..", "..", "testing", "cases");

interface Read {
  documents?: number;
  ids: number[];
  /** 1 where the token is trained as a target; of formats that say so of the token itself. */
  trained?: number[];
}

/** What stands in an export of one shard, without padding: every format holds the same. */
async function read(to: FormatName, out: string): Promise<Read> {
  const file = (name: string) => readFileSync(join(out, name));
  const words = (bytes: Buffer) => Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16LE(2 * at));
  const lines = (name: string) => gunzipSync(file(name)).toString().split("\n").length - 1;
  const longs = (bytes: Buffer) => Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32LE(4 * at));
  if (to === "olmo-core") return { ids: words(file("tokens/00000.npy")), trained: [...file("label_mask/00000.npy")] };
  if (to === "nanogpt") return { ids: words(file("00000.bin")), trained: [...file("00000.mask.bin")] };
  if (to === "datatrove")
    return {
      ids: words(file("00000.ds")),
      trained: [...file("00000.ds.loss")],
      documents: file("00000.ds.index").length / 8,
    };
  if (to === "megatron" || to === "gpt-neox")
    return {
      ids: words(file("00000_text_document.bin")),
      trained: longs(file("00000_label_document.bin")).map((label) => (label === -100 ? 0 : 1)),
      documents: Number(file("00000_text_document.idx").readBigUInt64LE(18)),
    };
  if (to === "mds") {
    const bytes = file("00000/shard.00000.mds");
    const samples = bytes.readUInt32LE(0);
    const rows = Array.from({ length: samples }, (_, at) => {
      const start = bytes.readUInt32LE(4 + 4 * at) + 8; // two sizes of columns
      const width = 2 ** (bytes[start] & 3);
      const length = bytes.readUIntLE(start + 1, width);
      const mask = start + 1 + width;
      const tokens = mask + length + 1 + width;
      return {
        ids: longs(bytes.subarray(tokens, tokens + 4 * length)),
        trained: [...bytes.subarray(mask, mask + length)],
      };
    });
    return { documents: samples, ids: rows.flatMap(({ ids }) => ids), trained: rows.flatMap(({ trained }) => trained) };
  }
  if (to === "dolma") return { documents: lines("documents/00000.jsonl.gz"), ids: [] };
  if (to === "text") return { documents: lines("00000.jsonl.gz"), ids: [] };
  const bytes = file("00000.parquet");
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const rows = (await parquetReadObjects({ file: whole as ArrayBuffer, compressors })) as Record<string, number[]>[];
  const ids = rows.flatMap(({ input_ids }) => input_ids);
  if (to === "torchtitan" || to === "levanter") return { documents: rows.length, ids };
  const trained = rows.flatMap(({ labels }) => labels.map((label) => (label === -100 ? 0 : 1)));
  return { documents: rows.length, ids, trained };
}

/** Texts under a mask policy that forgets upper-case letters, exported; what the files hold, and the manifest. */
async function exported(texts: readonly string[], tokenizer: Tokenizer, settings: ExportSettings | { to: FormatName }) {
  const folder = temporaryFolder();
  const documents = texts.map((text, at) => shouting(`${at}`, text));
  const set = await syntheticSet(folder, [documents], { method: "mask" });
  const out = join(folder, "out");
  const manifest = await exportCorpus(set, out, { settings, tokenizer });
  return { manifest, ...(await read(settings.to, out)) };
}

/** Which tokens stand for an upper-case letter's byte; one of no bytes stands for the byte before it. */
function forgetOf(text: string, ends: Uint32Array): number[] {
  const bytes = Buffer.from(text);
  return Array.from(ends, (end, token) => {
    const before = token === 0 ? 0 : ends[token - 1];
    const own = bytes.subarray(before < end ? before : Math.max(0, before - 1), end);
    return own.some((byte) => byte >= 65 && byte <= 90) ? 1 : 0;
  });
}

const textsOf = (name: string) =>
  readFileSync(join(cases, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { text: string }).text);

describe("every export", () => {
  it("has the tokens of the trainer's tokenizer and one end-of-text a document, masked by bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        normalizingTokenizer(),
        fc.array(
          hardText().filter((text) => /\S/.test(text) && !/\p{Surrogate}/u.test(text)),
          { minLength: 1, maxLength: 4 },
        ),
        fc.shuffledSubarray([...FORMATS], { minLength: 4, maxLength: 4 }),
        async (json, drawn, formats) => {
          const texts = [...drawn, "ﷺ AB ﬁ", "\u200b", "bbb", "𝒳A"];
          const native = NativeTokenizer.fromString(json);
          const tokenizer = createTokenizer(json, ownSpecials(json, "random"));
          const wanted: number[] = [];
          const trained: number[] = [];
          for (const text of texts) {
            wanted.push(...(await native.encode(text, null, { addSpecialTokens: false })).getIds(), 2);
            trained.push(...forgetOf(text, tokenizer.encodeWithOffsets(text).ends).map((mark) => 1 - mark), 1);
          }
          for (const to of formats) {
            const { manifest, ...held } = await exported(texts, tokenizer, { to });
            expect(manifest.counts.tokens).toBe(wanted.length);
            expect(manifest.counts.maskedTokens).toBe(trained.filter((flag) => flag === 0).length);
            expect(held.documents ?? texts.length).toBe(texts.length);
            if (held.ids.length > 0 || (to !== "text" && to !== "dolma")) expect(held.ids).toEqual(wanted);
            if (held.trained) expect(held.trained).toEqual(trained);
          }
        },
      ),
      { numRuns: 8 },
    );
  }, 120_000);

  it.each(FORMATS)("%s counts 69 tokens where Llama 2's layout makes more tokens than bytes", async (to) => {
    const llama = await openTrainerTokenizer(join(cases, "llama2-layout.json"));
    const { manifest, ids } = await exported(textsOf("eot.jsonl"), llama, { to });
    expect(manifest.counts).toMatchObject({ documents: 5, tokens: 69, emptyDocuments: 0 });
    expect(manifest.tokenizer).toMatchObject({ specials: { endOfText: 2 }, vocabularySize: 384, entries: 331 });
    if (ids.length > 0) expect([ids.length, ids.filter((id) => id === 2).length]).toEqual([69, 5]);
  });

  it.each(FORMATS)(
    "%s has a document that the tokenizer makes nothing of as its end-of-text, and counts it",
    async (to) => {
      const bert = await openTrainerTokenizer(join(cases, "bert.json"));
      const { manifest, ids, documents } = await exported(textsOf("zero-tokens.jsonl"), bert, { to });
      const end = bert.specials.endOfText;
      expect(manifest.counts).toMatchObject({ documents: 3, writtenDocuments: 3, emptyDocuments: 2 });
      expect(documents ?? 3).toBe(3);
      if (ids.length > 0) expect(ids.slice(-3)).toEqual([end, end, end]);
    },
  );
});
