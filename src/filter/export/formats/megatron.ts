/**
 * @file megatron and gpt-neox: an indexed dataset of tokens (.bin, .idx) and a second one of labels.
 *
 * Both trainers read the same layout. Labels are i32, equal to the token where it is trained and -100 where not; they
 * stand at the token's own place (before the shift), as GPT-NeoX's `*_label_data_paths` expect. Megatron's own GPT
 * dataset reads no labels: there the label file is for a dataset class of yours.
 *
 * Index: "MMIDIDX\0\0", u64 version 1, u8 type code, u64 sequences, u64 documents (entries of the last array), i32
 * length of every sequence, i64 byte offset of every sequence, i64 first sequence of every document and the end.
 */
import type { FileHandle } from "node:fs/promises";
import type { Output } from "../output.js";
import { arrange } from "../view.js";
import {
  bytesOf,
  type Format,
  type FormatContext,
  type FormatWriter,
  NO_LABEL,
  PIECE,
  pieces,
  tokenArray,
} from "./format.js";

const TYPE_CODES = { int32: 4, uint16: 8 } as const;
/** Sequences whose index entries are made at a time. */
const BATCH = 65_536;

async function openPair({ output, shard, tokenizer }: FormatContext): Promise<FormatWriter> {
  const isSmall = tokenizer.vocabularySize <= 2 ** 16;
  const tokens = await output.file(`${shard}_text_document.bin`);
  const labels = await output.file(`${shard}_label_document.bin`);
  const lengths = await output.scratch();
  const label = new Int32Array(PIECE);
  let documents = 0;
  return {
    async add(view) {
      const { inputs, lossMask } = arrange(view, tokenizer.specials.hidden);
      for (const [from, to] of pieces(inputs.length)) {
        await tokens.write(bytesOf(tokenArray(tokenizer, inputs.subarray(from, to))));
        for (let at = from; at < to; at++) label[at - from] = lossMask[at] === 1 ? inputs[at] : NO_LABEL;
        await labels.write(bytesOf(label.subarray(0, to - from)));
      }
      await lengths.write(bytesOf(Int32Array.of(inputs.length)));
      documents++;
    },
    async close() {
      await tokens.close();
      await labels.close();
      const write = (name: string, type: keyof typeof TYPE_CODES) => writeIndex(output, name, type, documents, lengths);
      await write(`${shard}_text_document.idx`, isSmall ? "uint16" : "int32");
      await write(`${shard}_label_document.idx`, "int32");
    },
  };
}

async function writeIndex(
  output: Output,
  name: string,
  type: keyof typeof TYPE_CODES,
  documents: number,
  lengths: FileHandle,
): Promise<void> {
  const file = await output.file(name);
  const header = Buffer.alloc(34);
  header.write("MMIDIDX\0\0", "latin1");
  header.writeBigUInt64LE(1n, 9);
  header.writeUInt8(TYPE_CODES[type], 17);
  header.writeBigUInt64LE(BigInt(documents), 18);
  header.writeBigUInt64LE(BigInt(documents + 1), 26);
  await file.write(header);
  for (let at = 0; at < documents; at += BATCH) await file.write(bytesOf(await readLengths(lengths, at, documents)));
  let offset = 0;
  for (let at = 0; at < documents; at += BATCH) {
    const offsets = new BigInt64Array(Math.min(BATCH, documents - at));
    for (const [index, length] of (await readLengths(lengths, at, documents)).entries()) {
      offsets[index] = BigInt(offset);
      offset += length * (type === "uint16" ? 2 : 4);
    }
    await file.write(new Uint8Array(offsets.buffer));
  }
  for (let at = 0; at <= documents; at += BATCH) {
    const count = Math.min(BATCH, documents + 1 - at);
    await file.write(new Uint8Array(BigInt64Array.from({ length: count }, (_, index) => BigInt(at + index)).buffer));
  }
  await file.close();
}

async function readLengths(lengths: FileHandle, at: number, documents: number): Promise<Int32Array> {
  const batch = new Int32Array(Math.min(BATCH, documents - at));
  const { bytesRead } = await lengths.read(bytesOf(batch), 0, batch.byteLength, at * 4);
  if (bytesRead !== batch.byteLength) throw new Error(`${bytesRead} of ${batch.byteLength} bytes of lengths`);
  return batch;
}

export const megatron: Format = { name: "megatron", takes: ["bos"], open: openPair };
export const gptNeox: Format = { name: "gpt-neox", takes: ["bos"], open: openPair };
