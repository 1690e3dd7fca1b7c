/**
 * @file The values of one column in one row group, page by page.
 *
 * One page is in memory at a time, and its dictionary, so a row group may be of any size.
 */
import { crc32 } from "node:zlib";
import type { DecodedArray } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { grouped } from "../../base/errors.js";
import { Damage } from "./bad.js";
import type { StoredBytes } from "./bytes.js";
import type { ColumnChunk } from "./parquet-footer.js";
import { PageError, readDictionary, readValues, type Value } from "./parquet-page.js";
import { checkThrift } from "./parquet-thrift.js";

/** Bytes asked for at a time: few requests over a network, little memory. */
const FETCH_BYTES = 2 ** 22;
/** Longest page header; statistics in it may quote values. */
const MAX_HEADER_BYTES = 2 ** 20;
const MAX_HEADER_VALUES = 1000;

/** Pages in order, each as its values. @throws Damage when one is damaged; what came before stands */
export async function* columnPages(
  file: StoredBytes,
  { start, end, decoder }: ColumnChunk,
  group: number,
  maxPageBytes: number,
): AsyncGenerator<Value[]> {
  const window = new Window(file, start, end);
  let dictionary: DecodedArray | undefined;
  while (window.position < end) {
    const at = window.position;
    try {
      const head = await window.peek(MAX_HEADER_BYTES);
      const length = checkThrift(head, 0, MAX_HEADER_VALUES);
      const header = parquetHeader({ view: new DataView(head.buffer, head.byteOffset, length), offset: 0 });
      const size = header.compressed_page_size;
      if (!(size >= 0 && size <= Math.min(maxPageBytes, end - at - length))) {
        throw new PageError(`a page claims ${grouped(size)} bytes stored`);
      }
      window.skip(length);
      const stored = await window.take(size);
      if (header.crc !== undefined && crc32(stored) !== header.crc >>> 0)
        throw new PageError("a page's checksum is wrong");
      if (header.type === "DICTIONARY_PAGE") {
        dictionary = await readDictionary(stored, header, decoder, maxPageBytes);
      } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
        yield await readValues(stored, header, decoder, dictionary, maxPageBytes);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      const reason = (error as { reason?: string }).reason ?? (error as Error).message;
      throw new Damage(
        `a Parquet page is damaged: ${reason}`,
        `row group ${grouped(group)}, byte ${grouped(at)} of the file`,
      );
    }
  }
}

/** What decoders throw on damaged pages is of many classes; a file that cannot be read is the user's to mend. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && error.name !== "UserError";
}

/** Reads on through a range of the file. */
class Window {
  private held: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly file: StoredBytes,
    public position: number,
    private readonly end: number,
  ) {}

  /** The next bytes, up to `count` where there are so many. */
  async peek(count: number): Promise<Uint8Array> {
    const wanted = Math.min(count, this.end - this.position);
    if (this.held.length < wanted) {
      const from = this.position + this.held.length;
      const to = Math.min(this.end, Math.max(this.position + wanted, from + FETCH_BYTES));
      const more = await this.file.slice(from, to);
      if (more.length < to - from) throw new PageError("the file ends before its footer says");
      this.held = this.held.length === 0 ? more : Buffer.concat([this.held, more]);
    }
    return this.held.subarray(0, wanted);
  }

  skip(count: number): void {
    this.held = this.held.subarray(count);
    this.position += count;
  }

  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    this.skip(count);
    return bytes;
  }
}
