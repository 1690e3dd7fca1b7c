/**
 * @file mds: MosaicML streaming shards of `tokens` (i32) and `loss_mask` (u8, before the shift).
 *
 * Both columns are plain arrays; nothing is pickled. A shard is u32 samples, u32 offsets [samples + 1], the
 * configuration as JSON, then the samples: sizes (u32) of the columns whose size is not fixed, then the columns in
 * alphabetical order. `index.json` at the root lists the shards of all folders.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Output } from "../output.js";
import { type RowOfTokens, rowMaker } from "../rows.js";
import { arrange } from "../view.js";
import { bytesOf, type Format, type FormatContext, type FormatWriter } from "./format.js";

const SHARD_BYTES = 2 ** 26;

function configuration(sequenceLength: number | undefined) {
  const shape = sequenceLength === undefined ? "" : `:${sequenceLength}`;
  return {
    column_encodings: [`ndarray:uint8${shape}`, `ndarray:int32${shape}`],
    column_names: ["loss_mask", "tokens"],
    column_sizes: sequenceLength === undefined ? [null, null] : [sequenceLength, 4 * sequenceLength],
    compression: null,
    format: "mds",
    hashes: [],
    size_limit: SHARD_BYTES,
    version: 2,
  };
}

interface ShardEntry {
  raw_data: { basename: string; bytes: number; hashes: Record<string, string> };
  samples: number;
}

async function openMds({ output, shard, settings, tokenizer }: FormatContext): Promise<FormatWriter> {
  const { pad, hidden } = tokenizer.specials;
  const config = configuration(settings.sequenceLength);
  const isFixed = settings.sequenceLength !== undefined;
  const maker = rowMaker(settings.sequenceLength, pad);
  const entries: object[] = [];
  let samples: Buffer[] = [];
  let bytes = 0;

  const flush = async () => {
    if (samples.length === 0) return;
    const basename = `shard.${String(entries.length).padStart(5, "0")}.mds`;
    const json = Buffer.from(JSON.stringify(config));
    const head = new Uint32Array(samples.length + 2);
    head[0] = samples.length;
    head[1] = head.byteLength + json.length;
    for (const [at, sample] of samples.entries()) head[at + 2] = head[at + 1] + sample.length;
    const file = await output.file(`${shard}/${basename}`);
    await file.write(bytesOf(head));
    await file.write(json);
    for (const sample of samples) await file.write(sample);
    await file.close();
    const entry: ShardEntry = { raw_data: { basename, bytes: file.bytes, hashes: {} }, samples: samples.length };
    entries.push({ ...config, ...entry, zip_data: null });
    samples = [];
    bytes = 0;
  };
  const add = async (row: RowOfTokens) => {
    const sample = encodeSample(row, isFixed);
    if (bytes + sample.length > SHARD_BYTES) await flush();
    samples.push(sample);
    bytes += sample.length + 4;
  };
  return {
    async add(view) {
      for (const row of maker.add(arrange(view, hidden))) await add(row);
    },
    async close() {
      for (const row of maker.close()) await add(row);
      await flush();
      await writeIndex(output, `${shard}/index.json`, entries);
    },
  };
}

function encodeSample({ inputs, lossMask }: RowOfTokens, isFixed: boolean): Buffer {
  const columns = [lossMask, bytesOf(Int32Array.from(inputs))];
  if (isFixed) return Buffer.concat(columns);
  const shape = encodeShape(inputs.length);
  const sizes = Uint32Array.from(columns, (column) => shape.length + column.length);
  return Buffer.concat([bytesOf(sizes), shape, columns[0], shape, columns[1]]);
}

/** One dimension: a byte of (dimensions << 2 | width of the size), then the size in the least of 1, 2 and 4 bytes. */
function encodeShape(length: number): Uint8Array {
  const code = length < 2 ** 8 ? 0 : length < 2 ** 16 ? 1 : 2;
  const size = Buffer.alloc(2 ** code);
  size.writeUIntLE(length, 0, size.length);
  return Buffer.concat([Uint8Array.of((1 << 2) | code), size]);
}

async function writeIndex(output: Output, name: string, shards: readonly object[]): Promise<void> {
  const file = await output.file(name);
  await file.write(Buffer.from(JSON.stringify({ shards, version: 2 })));
  await file.close();
}

export const mds: Format = {
  name: "mds",
  takes: ["bos", "sequenceLength"],
  open: openMds,
  /** The root index: the shards of every folder under names that lead there. */
  async finish(output, shards) {
    const all = shards.flatMap((shard) => {
      const index = JSON.parse(readFileSync(join(output.folder, shard, "index.json"), "utf8")) as {
        shards: ShardEntry[];
      };
      return index.shards.map((entry) => ({
        ...entry,
        raw_data: { ...entry.raw_data, basename: `${shard}/${entry.raw_data.basename}` },
      }));
    });
    await writeIndex(output, "index.json", all);
  },
};
