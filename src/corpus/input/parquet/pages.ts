/**
 * @file The pages of one leaf in one row group, one at a time, each with its dictionary.
 *
 * One page is in memory at a time, so a row group may be of any size. A damaged page is lost alone: its header says how
 * many values it had and where the next one is. With a damaged header the rest of the row group is lost.
 */
import { crc32 } from "node:zlib";
import { grouped, UserError } from "../../../base/errors.js";
import type { StoredBytes } from "../bytes.js";
import { PageError } from "./codecs.js";
import type { ColumnChunk } from "./footer.js";
import { MAX_PAGE_VALUES, plainDictionary, plainPage } from "./page.js";
import { PAGE, type PageHeader, readPageHeader } from "./page-header.js";

/** Bytes asked for at a time: few requests over a network, little memory. */
const FETCH_BYTES = 2 ** 22;
/** Longest page header; statistics in it may quote values. */
const MAX_HEADER_BYTES = 2 ** 20;

/** A data page as hyparquet is given it. */
export interface FoundPage {
  /** Offset in the file. */
  at: number;
  values: number;
  /** Header and page. */
  page: Uint8Array;
  /** The same, where the page refers to it. */
  dictionary?: Uint8Array;
}

export interface LostPage {
  at: number;
  values: number;
  lost: string;
}

/** Data pages in order. @throws PageError when no further page can be found */
export async function* dataPages(
  file: StoredBytes,
  chunk: ColumnChunk,
  maxBytes: number,
): AsyncGenerator<FoundPage | LostPage> {
  const { leaf, codec, start, end } = chunk;
  const window = new Window(file, start, end);
  let dictionary: Uint8Array | undefined;
  let lostDictionary = "there is none";
  while (window.position < end) {
    const at = window.position;
    const { header, stored } = await nextPage(window, maxBytes, end).catch((error) => {
      throw new PageError(`${reasonOf(error)} at byte ${grouped(at)} of the file`);
    });
    try {
      if (header.crc !== undefined && crc32(stored) !== header.crc >>> 0)
        throw new PageError("a page's checksum is wrong");
      if (header.type === PAGE.dictionary) {
        dictionary = await plainDictionary(stored, header, codec, maxBytes);
      } else if (header.type === PAGE.data || header.type === PAGE.data2) {
        const { bytes: page, values, usesDictionary } = await plainPage(stored, header, leaf, codec, maxBytes);
        if (usesDictionary && !dictionary) throw new PageError(`its dictionary is lost: ${lostDictionary}`);
        yield { at, values, page, dictionary: usesDictionary ? dictionary : undefined };
      }
    } catch (error) {
      const lost = reasonOf(error);
      if (header.type === PAGE.dictionary) lostDictionary = lost;
      else if (header.values >= 0 && header.values <= MAX_PAGE_VALUES) yield { at, values: header.values, lost };
      else throw new PageError(`${lost} at byte ${grouped(at)} of the file`);
    }
  }
}

async function nextPage(
  window: Window,
  maxBytes: number,
  end: number,
): Promise<{ header: PageHeader; stored: Uint8Array }> {
  const { header, length } = readPageHeader(await window.peek(MAX_HEADER_BYTES));
  const size = header.storedBytes;
  if (!(size >= 0 && size <= Math.min(maxBytes, end - window.position - length)))
    throw new PageError(`a page claims ${grouped(size)} bytes stored`);
  window.skip(length);
  return { header, stored: await window.take(size) };
}

/** What decoders throw on damaged pages is of many classes; a file that cannot be read is the user's to mend. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && !(error instanceof UserError))
    return (error as { reason?: string }).reason ?? error.message;
  throw error;
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
