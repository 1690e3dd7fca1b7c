/** @file Decompresses Parquet pages, none into more than it claims and none above a bound. */
import * as zlib from "node:zlib";
import { decompressLz4, decompressLz4Raw, decompressSnappy } from "hyparquet-compressors";
import { grouped } from "../../../base/errors.js";
import { unzstd } from "../zstd.js";

/** The LZ4 decoder goes on past the size claimed, at up to 255 bytes for one; that bounds its time. */
const MAX_LZ4_BYTES = 2 ** 24;

/** A page or its claims are damaged. */
export class PageError extends Error {
  override name = "PageError";
}

/** A page's bytes; `size` is what it claims to have. @throws Error when that is wrong, or the codec is not known */
export async function decompress(stored: Uint8Array, size: number, codec: string, max: number): Promise<Uint8Array> {
  if (!(size >= 0 && size <= max))
    throw new PageError(`a page claims ${grouped(size)} bytes, at most ${grouped(max)} are read`);
  // Writers differ in what they store for no bytes: nothing, or an empty stream of the codec.
  if (size === 0) return new Uint8Array(0);
  const bytes = await DECODERS[codec]?.(stored, size);
  if (!bytes) throw new PageError(`pages are compressed with ${codec}, which is not read`);
  if (bytes.length !== size) throw new PageError(`a page of ${grouped(bytes.length)} bytes claims ${grouped(size)}`);
  return bytes;
}

type Decode = (stored: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

const DECODERS: Record<string, Decode | undefined> = {
  UNCOMPRESSED: (stored) => stored,
  SNAPPY: decompressSnappy,
  GZIP: (stored, size) => zlib.gunzipSync(stored, { maxOutputLength: size }),
  BROTLI: (stored, size) => zlib.brotliDecompressSync(stored, { maxOutputLength: size }),
  ZSTD: async (stored, size) => {
    const bytes = new Uint8Array(size);
    let filled = 0;
    for await (const chunk of unzstd(inOne(stored))) {
      if (filled + chunk.length > size) throw new PageError("a page is longer than it claims");
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    return bytes.subarray(0, filled);
  },
  LZ4: (stored, size) => decompressLz4(checkLz4(stored, size), size),
  LZ4_RAW: (stored, size) => decompressLz4Raw(checkLz4(stored, size), size),
};

function checkLz4(stored: Uint8Array, size: number): Uint8Array {
  if (Math.max(size, stored.length) > MAX_LZ4_BYTES) {
    throw new PageError(`an LZ4 page of more than ${grouped(MAX_LZ4_BYTES)} bytes is not read`);
  }
  return stored;
}

async function* inOne(bytes: Uint8Array) {
  yield bytes;
}
