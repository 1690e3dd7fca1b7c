/**
 * @file Decodes one page of a flat Parquet column, after checking what it claims.
 *
 * hyparquet decodes; what it takes on trust (sizes, counts, runs) is checked before. Every page is decompressed into
 * memory of its own, so that no length in it can reach other memory. Values come out as they are stored: bytes, not
 * text, since only a strict decoder may turn bytes into text.
 */
import * as zlib from "node:zlib";
import type { DecodedArray, PageHeader } from "hyparquet";
import { readDataPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readPlain } from "hyparquet/src/plain.js";
import { decompressLz4, decompressLz4Raw, decompressSnappy } from "hyparquet-compressors";
import { grouped } from "../../base/errors.js";
import type { ColumnDecoder } from "./parquet-decoder.js";
import { checkDelta, checkRuns } from "./parquet-runs.js";
import { unzstd } from "./zstd.js";

/** Most values in one page; writers make pages of tens of thousands. */
export const MAX_PAGE_VALUES = 2 ** 21;
/** The LZ4 decoder goes on past the size claimed, at up to 255 bytes for one; that bounds its time. */
const MAX_LZ4_BYTES = 2 ** 24;

/** A value as stored; null where there is none. */
export type Value = Uint8Array | number | bigint | boolean | null;

/** A page or its claims are damaged. */
export class PageError extends Error {
  override name = "PageError";
}

/** The entries of a dictionary page. @throws Error when it is damaged */
export async function readDictionary(stored: Uint8Array, header: PageHeader, column: ColumnDecoder, maxBytes: number) {
  const count = checkCount(header.dictionary_page_header?.num_values);
  const page = await decompress(stored, header.uncompressed_page_size, column.codec, maxBytes);
  const reader = { view: new DataView(page.buffer), offset: 0 };
  return readPlain(reader, column.type, count, column.element.type_length);
}

/** The values of a data page (version 1 or 2). @throws Error when it is damaged */
export async function readValues(
  stored: Uint8Array,
  header: PageHeader,
  column: ColumnDecoder,
  dictionary: DecodedArray | undefined,
  maxBytes: number,
): Promise<Value[]> {
  const { page, data } = header.data_page_header_v2
    ? await asVersion1(stored, header, column, maxBytes)
    : {
        page: await decompress(stored, header.uncompressed_page_size, column.codec, maxBytes),
        data: header.data_page_header,
      };
  if (!data) throw new PageError("a data page has no header of its kind");
  checkCount(data.num_values);
  checkPage(page, data.num_values, data.encoding, column, maxBytes);
  const { definitionLevels = [], dataPage } = readDataPage(page, data, column);
  const usesDictionary = data.encoding === "RLE_DICTIONARY" || data.encoding === "PLAIN_DICTIONARY";
  if (usesDictionary && !dictionary) throw new PageError("a page refers to a dictionary that is not there");
  const values: Value[] = [];
  let next = 0;
  for (let i = 0; i < data.num_values; i++) {
    if (definitionLevels.length > 0 && definitionLevels[i] === 0) values.push(null);
    else {
      const index = dataPage[next++];
      const value = usesDictionary ? dictionary![index] : index;
      if (value === undefined) throw new PageError("a page holds fewer values than it claims");
      values.push(value);
    }
  }
  return values;
}

/** A page of version 2 keeps its levels uncompressed and without their length; written so, it reads like version 1. */
async function asVersion1(stored: Uint8Array, header: PageHeader, column: ColumnDecoder, maxBytes: number) {
  const v2 = header.data_page_header_v2!;
  const levels = v2.definition_levels_byte_length;
  const repetition = v2.repetition_levels_byte_length;
  const data = { ...v2, definition_level_encoding: "RLE" as const, repetition_level_encoding: "RLE" as const };
  if (repetition !== 0 || !(levels >= 0 && levels <= stored.length)) throw new PageError("a page's levels are damaged");
  const isCompressed = v2.is_compressed !== false;
  const size = header.uncompressed_page_size - levels;
  const values = await decompress(
    stored.subarray(levels),
    size,
    isCompressed ? column.codec : "UNCOMPRESSED",
    maxBytes,
  );
  if (column.element.repetition_type === "REQUIRED") return { page: values, data };
  const page = new Uint8Array(4 + levels + values.length);
  new DataView(page.buffer).setUint32(0, levels, true);
  page.set(stored.subarray(0, levels), 4);
  page.set(values, 4 + levels);
  return { page, data };
}

function checkCount(count: number | undefined): number {
  if (count === undefined || !(count >= 0 && count <= MAX_PAGE_VALUES)) {
    throw new PageError(`a page claims ${count} values, at most ${grouped(MAX_PAGE_VALUES)} are read`);
  }
  return count;
}

/** Checks the runs and blocks of a page before they are decoded. */
function checkPage(page: Uint8Array, count: number, encoding: string, column: ColumnDecoder, maxBytes: number): void {
  const view = new DataView(page.buffer);
  let at = 0;
  let present = count;
  if (column.element.repetition_type !== "REQUIRED") {
    const levelBytes = view.getUint32(0, true);
    if (levelBytes > page.length - 4) throw new PageError("a page's levels are longer than the page");
    if (count > 0) checkRuns(page.subarray(0, 4 + levelBytes), 4, 1, count);
    at = 4 + levelBytes;
    present = countOnes(page.subarray(4, at), count);
  }
  if (present === 0) return;
  if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY" || encoding === "RLE") {
    const width = column.type === "BOOLEAN" ? 1 : view.getUint8(at);
    if (width > 0) checkRuns(page, at + (column.type === "BOOLEAN" ? 4 : 1), width, present);
  } else if (encoding === "DELTA_BINARY_PACKED" || encoding === "DELTA_LENGTH_BYTE_ARRAY")
    checkDelta(page, at, present);
  else if (encoding === "DELTA_BYTE_ARRAY") checkPrefixes(page, at, present, maxBytes);
}

/** How many of `count` one-bit levels are set. The runs were checked. */
function countOnes(runs: Uint8Array, count: number): number {
  let ones = 0;
  let seen = 0;
  for (let at = 0; seen < count && at < runs.length; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      header += (runs[at] & 127) * 2 ** shift;
      if (runs[at++] < 128) break;
    }
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (runs[at++] & 1) ones += Math.min(length, count - seen);
      seen += length;
    } else {
      for (let i = 0; i < length * 8 && seen < count; i++, seen++) ones += (runs[at + (i >> 3)] >> (i & 7)) & 1;
      at += length;
    }
  }
  return ones;
}

/** Values written as prefixes of the one before can grow without bound from few bytes: their sum is checked. */
function checkPrefixes(page: Uint8Array, start: number, count: number, maxBytes: number): void {
  const suffixes = checkDelta(page, start, count);
  checkDelta(page, suffixes, count);
  const view = new DataView(page.buffer);
  const lengthsAt = (offset: number) => {
    const lengths = new Int32Array(count);
    deltaBinaryUnpack({ view, offset }, count, lengths);
    return lengths;
  };
  const prefix = lengthsAt(start);
  const suffix = lengthsAt(suffixes);
  let total = 0;
  for (let i = 0, before = 0; i < count; i++) {
    if (prefix[i] < 0 || suffix[i] < 0 || prefix[i] > before) throw new PageError("a page's prefixes are damaged");
    before = prefix[i] + suffix[i];
    total += before;
  }
  if (total > maxBytes)
    throw new PageError(`a page's values hold ${grouped(total)} bytes, at most ${grouped(maxBytes)} are read`);
}

/** A page's bytes in a buffer of exactly their size. */
async function decompress(
  stored: Uint8Array,
  size: number,
  codec: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!(size >= 0 && size <= maxBytes)) {
    throw new PageError(`a page claims ${grouped(size)} bytes, at most ${grouped(maxBytes)} are read`);
  }
  const bytes = await DECODERS[codec]?.(stored, size);
  if (!bytes) throw new PageError(`pages are compressed with ${codec}, which is not read`);
  if (bytes.length !== size) throw new PageError(`a page of ${grouped(bytes.length)} bytes claims ${grouped(size)}`);
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes);
}

type Decode = (stored: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

/** Limits the output of zlib; a page of no bytes still needs a positive one. */
const limit = (size: number) => ({ maxOutputLength: Math.max(1, size) });

const DECODERS: Record<string, Decode | undefined> = {
  UNCOMPRESSED: (stored) => stored,
  SNAPPY: decompressSnappy,
  GZIP: (stored, size) => zlib.gunzipSync(stored, limit(size)),
  BROTLI: (stored, size) => zlib.brotliDecompressSync(stored, limit(size)),
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
