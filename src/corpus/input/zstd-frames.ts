/**
 * @file Walks the frames and blocks of a Zstandard stream (RFC 8878), without decompressing.
 *
 * The decompressor is then fed whole blocks, few at a time: a run-length block of four bytes stands for 128 KiB, so a
 * decompressor fed by the kilobyte could be made to hold gigabytes. Truncation, other data and windows too large to
 * hold are found here, the same with every decompressor.
 */
import { grouped } from "../../base/errors.js";
import { Damage, excerptOf, Truncated } from "./bad.js";
import type { ByteReader } from "./reader.js";

/** Largest window decompressed with; zstd itself refuses more without being told. A window is held in memory. */
export const MAX_WINDOW_BYTES = 128 * 2 ** 20;
/** A block regenerates at most this many bytes. */
const MAX_BLOCK_BYTES = 128 * 2 ** 10;
/** Blocks are handed on together up to so much output. */
const BATCH_OUTPUT_BYTES = 2 ** 22;

/** A part of a frame. A frame's parts, joined, are the frame. */
export interface FramePart {
  bytes: Uint8Array;
  isLast: boolean;
  /** With the last part: the low 32 bits of the XXH64 of the frame's content, if the frame has them. */
  checksum?: number;
}

const MAGIC = 0xfd2fb528;
const DICTIONARY_BYTES = [0, 1, 2, 4];
/** How a frame begins. */
export const MAGIC_BYTES = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Passes over skippable frames. Whether a frame begins here; a Damage when other data does. */
export async function nextFrame(bytes: ByteReader): Promise<boolean | Damage> {
  for (;;) {
    const start = await bytes.peek(8);
    const magic = start.length < 4 ? 0 : start.readUInt32LE();
    if (start.length === 0) return false;
    if (magic === MAGIC) return true;
    const isSkippable = (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
    if (isSkippable && start.length === 8) {
      const length = 8 + start.readUInt32LE(4);
      if ((await bytes.skip(length)) < length) return truncated(bytes.position);
    } else if (isSkippable || MAGIC_BYTES.indexOf(start) === 0) return truncated(bytes.position + start.length);
    else {
      const reason = bytes.position === 0 ? "is not a zstd stream" : "other data follows the zstd stream";
      return new Damage(reason, `byte ${grouped(bytes.position)}`, excerptOf(await bytes.peek(200)));
    }
  }
}

/**
 * The parts of the frame that begins here. A part is taken when the next one is asked for: where decompressing it fails, its
 * sizes may be wrong too, and the next frame is looked for from its start on.
 * @throws Damage when the frame is cut off or out of bounds
 */
export async function* zstdFrame(reader: ByteReader): AsyncGenerator<FramePart> {
  const start = reader.position;
  const upTo = async (end: number) => {
    const held = await reader.peek(end);
    if (held.length < end) throw truncated(reader.position + held.length);
    return held;
  };
  const descriptor = (await upTo(5))[4];
  const headerBytes = headerSize(descriptor);
  checkHeader(await upTo(headerBytes), descriptor, `byte ${grouped(start)}`);
  let size = headerBytes;
  let output = 0;
  for (let isLast = false; !isLast; ) {
    let type: number;
    try {
      const header = (await upTo(size + 3)).readUIntLE(size, 3);
      type = (header >> 1) & 3;
      if (type === 3 || header >> 3 > MAX_BLOCK_BYTES) {
        throw new Damage("a zstd block header is damaged", `byte ${grouped(reader.position + size)}`);
      }
      isLast = (header & 1) === 1;
      await upTo(size + 3 + (type === 1 ? 1 : header >> 3));
      size += 3 + (type === 1 ? 1 : header >> 3);
      output += type === 2 ? MAX_BLOCK_BYTES : header >> 3;
    } catch (error) {
      // The whole blocks before damage are good.
      if (error instanceof Damage && output > 0) yield { bytes: (await upTo(size)).subarray(0, size), isLast: false };
      throw error;
    }
    if (!isLast && output < BATCH_OUTPUT_BYTES) continue;
    if (isLast && descriptor & 4) size += 4;
    const bytes = (await upTo(size)).subarray(0, size);
    yield { bytes, isLast, checksum: isLast && descriptor & 4 ? bytes.readUInt32LE(size - 4) : undefined };
    await reader.take(size);
    size = 0;
    output = 0;
  }
}

function headerSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 32) !== 0;
  return 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3] + contentSizeBytes(descriptor);
}

function contentSizeBytes(descriptor: number): number {
  return [descriptor & 32 ? 1 : 0, 2, 4, 8][descriptor >> 6];
}

/** @throws Damage when the frame cannot be read here, or is none */
function checkHeader(bytes: Buffer, descriptor: number, position: string): void {
  const header = bytes.subarray(0, headerSize(descriptor));
  const [dictionaryBytes, sizeBytes] = [DICTIONARY_BYTES[descriptor & 3], contentSizeBytes(descriptor)];
  if (descriptor & 8) throw new Damage("a zstd frame header is damaged: a reserved bit is set", position);
  if (dictionaryBytes > 0 && header.readUIntLE(header.length - sizeBytes - dictionaryBytes, dictionaryBytes) !== 0) {
    throw new Damage("a zstd frame needs a dictionary, which is not known here", position);
  }
  const window = descriptor & 32 ? contentSize(header, sizeBytes) : windowSize(header[5]);
  if (window > MAX_WINDOW_BYTES) {
    throw new Damage(
      `a zstd frame needs a window of ${grouped(window)} bytes, at most ${grouped(MAX_WINDOW_BYTES)} are held`,
      position,
    );
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

/** A stream that ends too early. */
export function truncated(position: number): Truncated {
  return new Truncated("the zstd stream is truncated", `byte ${grouped(position)}`);
}
