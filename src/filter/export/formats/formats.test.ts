import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../testing/folder.js";
import { exportCorpus } from "../export.js";
import type { ExportSettings } from "../settings.js";
import { shouting, syntheticSet, wordTokenizer } from "../testing/synthetic-set.js";

/** "ab CD e": tokens are bytes, C and D (3 and 4) are forget; end-of-text is 256, <|hidden|> 257, <|pad|> 258. */
const [TEXT, END, HIDDEN, PAD] = ["ab CD e", 256, 257, 258];
const IDS = [...Buffer.from(TEXT), END];

async function exported(
  settings: Partial<ExportSettings> & Pick<ExportSettings, "to">,
  method: "mask" | "remove" = "mask",
) {
  const folder = temporaryFolder();
  const set = await syntheticSet(folder, [[shouting("one", TEXT), shouting("two", "xyz")], [shouting("three", "Q")]], {
    method,
  });
  const out = join(folder, "out");
  const manifest = await exportCorpus(set, out, { settings });
  return { out, manifest, read: (name: string) => readFileSync(join(out, name)) };
}

async function parquet(path: string): Promise<Record<string, number[]>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return (await parquetReadObjects({ file, compressors })) as Record<string, number[]>[];
}

const lines = (bytes: Buffer) =>
  gunzipSync(bytes)
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("huggingface", () => {
  it("labels every trained token at its own place and -100 elsewhere", async () => {
    const { out } = await exported({ to: "huggingface" });
    const [first, second] = await parquet(join(out, "00000.parquet"));
    expect(first.input_ids).toEqual(IDS);
    expect(first.labels).toEqual(IDS.map((id, at) => (at === 3 || at === 4 ? -100 : id)));
    expect(first.attention_mask).toEqual(IDS.map(() => 1));
    expect(second.input_ids).toEqual([...Buffer.from("xyz"), END]);
  });

  it("packs documents into windows, the last padded with labels -100 and attention 0", async () => {
    const { out } = await exported({ to: "huggingface", sequenceLength: 5 }, "remove");
    const rows = await parquet(join(out, "00000.parquet"));
    const stream = [...IDS.slice(0, 3), HIDDEN, HIDDEN, ...IDS.slice(5), ...Buffer.from("xyz"), END];
    expect(rows.flatMap(({ input_ids }) => input_ids)).toEqual([...stream, PAD, PAD, PAD]);
    expect(rows.every(({ input_ids }) => input_ids.length === 5)).toBe(true);
    expect(rows.at(-1)?.labels.slice(2)).toEqual([-100, -100, -100]);
    expect(rows.at(-1)?.attention_mask).toEqual([1, 1, 0, 0, 0]);
    expect(rows.flatMap(({ labels }) => labels)).not.toContain(HIDDEN);
  });
});

describe("torchtitan", () => {
  it("labels each position with the token after it, across windows too", async () => {
    const { out } = await exported({ to: "torchtitan", sequenceLength: 5 });
    const rows = await parquet(join(out, "00000.parquet"));
    const stream = [...IDS, ...Buffer.from("xyz"), END];
    const trained = stream.map((id, at) => (at === 3 || at === 4 ? -100 : id));
    expect(rows.flatMap(({ labels }) => labels)).toEqual([...trained.slice(1), -100, -100, -100, -100]);
  });
});

describe("levanter", () => {
  it("weights each position by whether the token after it is trained", async () => {
    const { out } = await exported({ to: "levanter" });
    const [{ loss_weights }] = await parquet(join(out, "00000.parquet"));
    expect(loss_weights).toEqual([1, 1, 0, 0, 1, 1, 1, 0]);
  });

  it("weights by 1 - p when soft, in JSONL too", async () => {
    const { read } = await exported({ to: "levanter", weights: "soft", files: "jsonl" });
    const [{ loss_weights, input_ids }] = lines(read("00000.jsonl.gz"));
    const [low, high] = [1 - 20 / 255, 1 - 200 / 255];
    expect(input_ids).toEqual(IDS);
    for (const [at, weight] of [low, low, high, high, low, low, 1, 0].entries()) {
      expect(loss_weights[at]).toBeCloseTo(weight, 6);
    }
  });
});

describe("token streams", () => {
  it("olmo-core: raw little-endian u16 and one byte per token, 1 where the token itself is trained", async () => {
    const { read } = await exported({ to: "olmo-core" });
    const stream = [...IDS, ...Buffer.from("xyz"), END];
    const tokens = read("tokens/00000.npy");
    expect(Array.from(stream, (_, at) => tokens.readUInt16LE(2 * at))).toEqual(stream);
    expect(tokens.length).toBe(2 * stream.length);
    expect([...read("label_mask/00000.npy")]).toEqual(stream.map((_, at) => (at === 3 || at === 4 ? 0 : 1)));
    expect([...read("label_mask/00001.npy")]).toEqual([0, 1]);
  });

  it("nanogpt and datatrove: the same under their names, with document ends for datatrove", async () => {
    const olmo = await exported({ to: "olmo-core" });
    const nano = await exported({ to: "nanogpt" });
    const trove = await exported({ to: "datatrove" });
    expect(nano.read("00000.bin")).toEqual(olmo.read("tokens/00000.npy"));
    expect(nano.read("00000.mask.bin")).toEqual(olmo.read("label_mask/00000.npy"));
    expect(trove.read("00000.ds")).toEqual(olmo.read("tokens/00000.npy"));
    expect(trove.read("00000.ds.loss")).toEqual(olmo.read("label_mask/00000.npy"));
    const index = trove.read("00000.ds.index");
    expect([index.readBigUInt64LE(0), index.readBigUInt64LE(8), index.length]).toEqual([8n, 12n, 16]);
  });
});

describe("megatron and gpt-neox", () => {
  it("write tokens as u16 and labels as i32 with -100, each with its index", async () => {
    const { read } = await exported({ to: "gpt-neox" });
    const labels = read("00000_label_document.bin");
    expect(Array.from(IDS, (_, at) => labels.readInt32LE(4 * at))).toEqual(
      IDS.map((id, at) => (at === 3 || at === 4 ? -100 : id)),
    );
    const index = read("00000_text_document.idx");
    expect(index.subarray(0, 9).toString("latin1")).toBe("MMIDIDX\0\0");
    expect([index.readBigUInt64LE(9), index[17], index.readBigUInt64LE(18), index.readBigUInt64LE(26)]).toEqual([
      1n,
      8,
      2n,
      3n,
    ]);
    expect([index.readInt32LE(34), index.readInt32LE(38)]).toEqual([8, 4]);
    expect([index.readBigInt64LE(42), index.readBigInt64LE(50)]).toEqual([0n, 16n]);
    expect([0, 1, 2].map((at) => index.readBigInt64LE(58 + 8 * at))).toEqual([0n, 1n, 2n]);
    expect(read("00000_label_document.idx")[17]).toBe(4);
    const { read: other } = await exported({ to: "megatron" });
    expect(other("00000_text_document.idx")).toEqual(index);
  });
});

describe("mds", () => {
  it("lists every shard in the root index, with plain array encodings only", async () => {
    const { read, out } = await exported({ to: "mds" });
    const { shards, version } = JSON.parse(read("index.json").toString());
    expect(version).toBe(2);
    expect(shards.map((shard: { samples: number }) => shard.samples)).toEqual([2, 1]);
    for (const { raw_data, column_encodings } of shards) {
      expect(column_encodings).toEqual(["ndarray:uint8", "ndarray:int32"]);
      expect(read(raw_data.basename).length).toBe(raw_data.bytes);
    }
    expect(existsSync(join(out, "shards"))).toBe(false);
  });
});

describe("dolma", () => {
  it("marks spans in characters, not bytes, with scores, for dropped documents too", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, [[shouting("a", "日🫀 KIDNEY e\u0301 NO")]], { method: "mask" });
    const out = join(folder, "out");
    await exportCorpus(set, out, { settings: { to: "dolma" } });
    const [{ id, attributes }] = lines(readFileSync(join(out, "attributes/lacuna/00000.jsonl.gz")));
    expect(id).toBe("a");
    expect(attributes.lacuna__shouting__forget).toEqual([
      [3, 9, 0.7843],
      [13, 15, 0.7843],
    ]);
    expect(attributes.lacuna__shouting__document).toEqual([[0, 15, 0.7843]]);
    expect(attributes.lacuna__dropped).toEqual([]);
    const [document] = lines(readFileSync(join(out, "documents/00000.jsonl.gz")));
    expect(document).toEqual({ id: "a", text: "日🫀 KIDNEY e\u0301 NO", source: "input/0" });
    const dropping = await syntheticSet(temporaryFolder(), [[shouting("a", "NO")]], { method: "document" });
    const second = join(folder, "second");
    const { counts } = await exportCorpus(dropping, second, { settings: { to: "dolma" } });
    expect(lines(readFileSync(join(second, "attributes/lacuna/00000.jsonl.gz")))[0].attributes.lacuna__dropped).toEqual(
      [[0, 2, 1]],
    );
    expect(counts.droppedDocuments).toBe(1);
  });
});

describe("text", () => {
  it("cuts removed spans and lists masked ones", async () => {
    const masked = await exported({ to: "text" });
    expect(lines(masked.read("00000.jsonl.gz"))).toEqual([
      { id: "one", text: TEXT, source: "input/0", no_loss_ranges: [[3, 5]] },
      { id: "two", text: "xyz", source: "input/0" },
    ]);
    const removed = await exported({ to: "text", files: "parquet" }, "remove");
    const [first] = await parquet(join(removed.out, "00000.parquet"));
    expect(first).toMatchObject({ id: "one", text: "ab <|hidden|><|hidden|> e", no_loss_ranges: "[]" });
  });

  it("writes <|hidden|> as the trainer's tokenizer does, where an unused token of its own stands for it", async () => {
    const folder = temporaryFolder();
    const set = await syntheticSet(folder, [[shouting("one", TEXT)]], { method: "remove" });
    const words = wordTokenizer();
    const tokenizer = { ...words, texts: { ...words.texts, hidden: "<unused0>" } };
    await exportCorpus(set, join(folder, "out"), { settings: { to: "text" }, tokenizer });
    const [{ text }] = lines(readFileSync(join(folder, "out", "00000.jsonl.gz")));
    expect(text).toBe("ab <unused0><unused0> e");
  });
});
