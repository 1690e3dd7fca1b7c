/**
 * @file Decompresses Zstandard streams: with Node's own zstd where it has one (22.15 and later), else with fzstd.
 *
 * fzstd is JavaScript, two to three times slower. It passes over the checksum a frame may end with, so that is checked
 * here.
 */
import { once } from "node:events";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { grouped } from "../../base/errors.js";
import { Damage, Truncated } from "./bad.js";
import { ByteReader } from "./reader.js";
import { type Members, memberSearch, type Stretches, stretchesOf, whole } from "./stretches.js";
import { Xxh64 } from "./xxh64.js";
import { type FramePart, MAGIC_BYTES, nextFrame, truncated, zstdFrame } from "./zstd-frames.js";

type CreateZstd = (options?: { chunkSize?: number; params?: Record<number, number> }) => Transform;
const createNative = (zlib as unknown as { createZstdDecompress?: CreateZstd }).createZstdDecompress;
/** ZSTD_d_windowLogMax, set to 128 MiB. */
const WINDOW_LIMIT = { 100: 27 };

/** Frames one after the other are one stretch. */
export function zstdStretches(source: AsyncIterable<Uint8Array>): Stretches {
  return stretchesOf(new ZstdMembers(new ByteReader(source)), truncated(0));
}

/** The bytes of a stream that is sound. @throws Damage */
export function unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return whole(zstdStretches(source));
}

class ZstdMembers implements Members {
  readonly find: Members["find"];
  private produced = 0;

  constructor(private readonly reader: ByteReader) {
    this.find = memberSearch(reader, MAGIC_BYTES, isFrame);
  }

  get position(): number {
    return this.reader.position;
  }

  next(): Promise<boolean | Damage> {
    return nextFrame(this.reader);
  }

  async *read(): AsyncGenerator<Uint8Array> {
    const decoder = createNative ? new NativeDecoder(createNative) : new ScriptDecoder();
    try {
      for await (const part of zstdFrame(this.reader)) {
        // Of a part that fails, nothing is used: where in it decompressors notice differs between them.
        await decoder.push(part).catch((error: Error) => {
          const position = `byte ${grouped(this.produced)} of the decompressed stream`;
          throw new Damage(`the zstd stream is damaged: ${error.message}`, position);
        });
        for (const chunk of decoder.take()) {
          this.produced += chunk.length;
          yield chunk;
        }
      }
    } finally {
      decoder.close();
    }
  }
}

/** Whether a frame begins at the start of these bytes: it decompresses to its end, or to that of a whole trial. */
async function isFrame(bytes: Buffer, isEnd: boolean): Promise<boolean> {
  const trial = new ZstdMembers(ByteReader.over(bytes));
  try {
    for await (const _ of trial.read());
    return true;
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return !isEnd && error instanceof Truncated;
  }
}

interface FrameDecoder {
  /** Decompresses a part of the frame. @throws Error when it is damaged. */
  push(part: FramePart): Promise<void>;
  /** What came out since the last call. */
  take(): Uint8Array[];
  close(): void;
}

class ScriptDecoder implements FrameDecoder {
  private output: Uint8Array[] = [];
  private readonly hash = new Xxh64();
  private readonly decompress = new Decompress((chunk) => {
    if (chunk.length === 0) return;
    this.hash.update(chunk);
    this.output.push(chunk);
  });

  async push({ bytes, isLast, checksum }: FramePart): Promise<void> {
    // In two pieces: fzstd 0.1.1 forgets a piece only when what it begins is ended by the next, and given whole blocks alone
    // it would keep the whole file.
    this.decompress.push(bytes.subarray(0, -1), false);
    this.decompress.push(bytes.subarray(-1), isLast);
    if (checksum !== undefined && this.hash.low32() !== checksum) throw new Error("a frame's checksum is wrong");
  }

  take(): Uint8Array[] {
    const taken = this.output;
    this.output = [];
    return taken;
  }

  close() {}
}

class NativeDecoder implements FrameDecoder {
  private output: Uint8Array[] = [];
  private readonly stream: Transform;
  private failure: Error | undefined;
  private readonly closed: Promise<unknown>;

  constructor(create: CreateZstd) {
    this.stream = create({ chunkSize: 1 << 17, params: WINDOW_LIMIT });
    this.stream.on("data", (chunk: Uint8Array) => this.output.push(chunk));
    this.stream.on("error", (error) => {
      this.failure = error;
    });
    this.closed = new Promise((resolve) => this.stream.once("close", resolve));
  }

  async push({ bytes, isLast }: FramePart): Promise<void> {
    const written = new Promise<void>((resolve) => this.stream.write(bytes, () => resolve()));
    await Promise.race([written, this.closed]);
    if (isLast && !this.failure) {
      this.stream.end();
      await once(this.stream, "end").catch(() => {});
    }
    if (this.failure) throw this.failure;
  }

  take(): Uint8Array[] {
    const taken = this.output;
    this.output = [];
    return taken;
  }

  close() {
    this.stream.destroy();
  }
}
