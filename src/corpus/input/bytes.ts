/**
 * @file The bytes of a stored file, wherever it is: as one stream, or a range at a time.
 *
 * Hashing happens on the way through (`HashedStream`), so that a file is read once for its rows and its SHA-256.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "../../base/errors.js";
import type { InputDigest, InputFile } from "./types.js";

/** Reading waits in pieces of this many bytes. */
export const CHUNK_BYTES = 1 << 18;

export interface StoredBytes {
  /** Size, bytes. */
  bytes: number;
  /** All bytes from the start. @throws UserError when they cannot be read. */
  stream(): AsyncIterable<Uint8Array>;
  /** The bytes from `start` to before `end`. @throws UserError when they cannot be read. */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** Opens a file's bytes by its URI. The clients of object stores are loaded when first needed. */
export async function openBytes(uri: string, bytes: number): Promise<StoredBytes> {
  if (uri.startsWith("s3://")) return (await import("./s3.js")).openS3(uri, bytes);
  if (uri.startsWith("hf://")) return (await import("./hub.js")).openHub(uri, bytes);
  return openLocal(uri, bytes);
}

function openLocal(path: string, bytes: number): StoredBytes {
  const unreadable = (error: unknown) =>
    new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  return {
    bytes,
    async *stream() {
      const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
      try {
        yield* file as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw unreadable(error);
      } finally {
        file.destroy();
      }
    },
    async slice(start, end) {
      try {
        const file = await open(path);
        try {
          const buffer = Buffer.allocUnsafeSlow(end - start);
          const { bytesRead } = await file.read(buffer, 0, end - start, start);
          return buffer.subarray(0, bytesRead);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw unreadable(error);
      }
    },
  };
}

/** A stream that is hashed as it is read, and that can be read to its end for the hash alone. */
export class HashedStream implements AsyncIterable<Uint8Array> {
  /** Bytes read so far. */
  bytes = 0;
  private readonly hash = createHash("sha256");
  private readonly source: AsyncIterator<Uint8Array>;
  private result: InputDigest | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next bytes. Leaving the loop early does not close the stream: `digest` reads on. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let next = await this.source.next(); !next.done; next = await this.source.next()) {
      this.bytes += next.value.length;
      this.hash.update(next.value);
      yield next.value;
    }
  }

  /** SHA-256 and size of the whole; reads what was not read yet. */
  async digest(): Promise<InputDigest> {
    if (!this.result) {
      for await (const _ of this);
      this.result = { bytes: this.bytes, sha256: this.hash.digest("hex") };
    }
    return this.result;
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.source.return?.();
  }
}

/** Size and SHA-256 of a file's stored bytes, without reading its rows. @throws UserError when they cannot be read */
export async function digestOf(file: InputFile): Promise<InputDigest> {
  const { stream } = await openBytes(file.uri, file.bytes);
  return new HashedStream(stream()).digest();
}
