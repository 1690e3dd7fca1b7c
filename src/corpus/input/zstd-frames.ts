/**
 * @file Walks the frames and blocks of a Zstandard stream (RFC 8878), without decompressing.
 *
 * The decompressor is then fed whole blocks, few at a time: a run-length block of four bytes stands for 128 KiB, so a
 * decompressor fed by the kilobyte could be made to hold gigabytes. Truncation, other data and windows too large to
 * hold are found here, the same with every decompressor.
 */
import { grouped } from "../../base/errors.js";
import { Damage } from "./bad.js";
import { ByteReader } from "./reader.js";

/** Largest window decompressed with; zstd itself refuses more without being told. A window is held in memory. */
export const MAX_WINDOW_BYTES = 128 * 2 ** 20;
/** A block regenerates at most this many bytes. */
const MAX_BLOCK_BYTES = 128 * 2 ** 10;
/** Blocks are handed on together up to so much output. */
const BATCH_OUTPUT_BYTES = 2 ** 22;

/** A part of a frame. A frame's parts, joined, are the frame. */
export interface FramePart {
  bytes: Uint8Array;
  isFirst: boolean;
  isLast: boolean;
  /** With the last part: the low 32 bits of the XXH64 of the frame's content, if the frame has them. */
  checksum?: number;
}

const MAGIC = 0xfd2fb528;

/** Frames in order, skippable ones left out. @throws Damage when the stream is not Zstandard, cut off or out of bounds. */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<FramePart> {
  const reader = new Reader(source);
  if (await reader.isAtEnd()) throw truncated(0);
  while (!(await reader.isAtEnd())) {
    const start = reader.position;
    const magic = (await reader.peek(4)).readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      await reader.peek(8);
      const length = (await reader.take(8)).readUInt32LE(4);
      await reader.skip(length);
      continue;
    }
    if (magic !== MAGIC) {
      const reason = start === 0 ? "is not a zstd stream" : "other data follows the zstd stream";
      throw new Damage(reason, `byte ${grouped(start)}`);
    }
    yield* frame(reader);
  }
}

async function* frame(reader: Reader): AsyncGenerator<FramePart> {
  const start = reader.position;
  const descriptor = (await reader.peek(5))[4];
  const isSingleSegment = (descriptor & 32) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const headerBytes = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  const header = await reader.take(headerBytes);
  const position = `byte ${grouped(start)}`;
  if (descriptor & 8) throw new Damage("a zstd frame header is damaged: a reserved bit is set", position);
  if (dictionaryBytes > 0 && header.readUIntLE(headerBytes - sizeBytes - dictionaryBytes, dictionaryBytes) !== 0) {
    throw new Damage("a zstd frame needs a dictionary, which is not known here", position);
  }
  const window = isSingleSegment ? contentSize(header, sizeBytes) : windowSize(header[5]);
  if (window > MAX_WINDOW_BYTES) {
    throw new Damage(
      `a zstd frame needs a window of ${grouped(window)} bytes, at most ${grouped(MAX_WINDOW_BYTES)} are held`,
      position,
    );
  }
  let batch: Buffer[] = [header];
  let output = 0;
  let isFirst = true;
  for (let isLast = false; !isLast; ) {
    const blockHeader = (await reader.peek(3)).readUIntLE(0, 3);
    const type = (blockHeader >> 1) & 3;
    const size = blockHeader >> 3;
    if (type === 3 || size > MAX_BLOCK_BYTES) {
      throw new Damage("a zstd block header is damaged", `byte ${grouped(reader.position)}`);
    }
    isLast = (blockHeader & 1) === 1;
    batch.push(await reader.take(3 + (type === 1 ? 1 : size)));
    const end = isLast && descriptor & 4 ? await reader.take(4) : undefined;
    if (end) batch.push(end);
    output += type === 2 ? MAX_BLOCK_BYTES : size;
    if (isLast || output >= BATCH_OUTPUT_BYTES) {
      yield { bytes: Buffer.concat(batch), isFirst, isLast, checksum: end?.readUInt32LE() };
      batch = [];
      output = 0;
      isFirst = false;
    }
  }
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(header: Buffer, sizeBytes: number): number {
  const at = header.length - sizeBytes;
  if (sizeBytes === 8) return Number(header.readBigUInt64LE(at));
  return header.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}

/** A reader of which every byte asked for must be there. */
class Reader {
  private readonly bytes: ByteReader;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.bytes = new ByteReader(source);
  }

  get position(): number {
    return this.bytes.position;
  }

  async isAtEnd(): Promise<boolean> {
    return (await this.bytes.peek(1)).length === 0;
  }

  async peek(count: number): Promise<Buffer> {
    return this.whole(await this.bytes.peek(count), count, this.position);
  }

  async take(count: number): Promise<Buffer> {
    const start = this.position;
    return this.whole(await this.bytes.take(count), count, start);
  }

  async skip(count: number): Promise<void> {
    if ((await this.bytes.skip(count)) < count) throw truncated(this.position);
  }

  private whole(bytes: Buffer, count: number, start: number): Buffer {
    if (bytes.length < count) throw truncated(start + bytes.length);
    return bytes;
  }
}

function truncated(position: number): Damage {
  return new Damage("the zstd stream is truncated", `byte ${grouped(position)}`);
}
