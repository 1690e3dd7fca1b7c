/**
 * @file Records of a WARC file, and what in it is none.
 *
 * A record is a few header lines, a blank line and as many bytes as its Content-Length says. Line ends without carriage
 * return and header values in Latin-1 are read; both are common. A record that is odd in another way costs itself: reading
 * goes on where the next one begins, which is told by a version line with a header line under it. Content whose length
 * fits is never searched for one, so pages that show WARC records are pages.
 */
import { isUtf8 } from "node:buffer";
import { grouped } from "../../base/errors.js";
import { Damage, excerptOf, GivenUp } from "./bad.js";
import { ByteReader } from "./reader.js";

export interface WarcRecord {
  kind: "record";
  /** Where it begins, byte of the text. */
  start: number;
  /** Header fields by lower-case name. */
  headers: Map<string, string>;
  /** Of the content, bytes. */
  length: number;
  /** Undefined when it is longer than is held. */
  content?: Buffer;
}

/** What was passed over. */
export interface WarcFault {
  kind: "fault";
  start: number;
  /** A clause: "is a record without usable Content-Length". */
  reason: string;
  /** How it begins. */
  shown: Buffer;
  /** A record, or something that does not begin like one and may have been several. */
  extent: "record" | "stretch";
  bytes: number;
}

/** Longest header of a record. */
const MAX_HEADER_BYTES = 1 << 16;
const SEARCH_BYTES = 1 << 16;
/** How a record begins: a version line and the name of a header field. */
const START = /^WARC\/\d\.\d{1,2}\r?\n[A-Za-z][\w-]*:/;
const START_BYTES = 64;

/**
 * @param maxBytes - longest content held
 * @param giveUpBytes - content that claims more and has no end within so many bytes is given up with the rest of the file
 * @throws Damage when the file ends in the middle of a record, or from the stream
 */
export async function* warcRecords(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  giveUpBytes: number,
): AsyncGenerator<WarcRecord | WarcFault> {
  const reader = new ByteReader(stream);
  for (;;) {
    await reader.skipAll((byte) => byte === 13 || byte === 10);
    const shown = Buffer.from(await reader.look(200));
    if (shown.length === 0) return;
    const start = reader.position;
    const cutOff = (reason: string) => new Damage(reason, `byte ${grouped(start)} of the text`, excerptOf(shown));
    const fault = (reason: string, extent: WarcFault["extent"] = "record"): WarcFault => {
      return { kind: "fault", start, reason, shown, extent, bytes: reader.position - start };
    };
    const header = await readHeader(reader);
    if (typeof header === "string") {
      const isRecord = shown.indexOf("WARC/") === 0;
      await reader.take(1);
      if (!(await passToStart(reader))) throw cutOff(`a WARC record ${header}`);
      yield fault(
        isRecord ? `is a WARC record that ${header}` : `a WARC record ${header}`,
        isRecord ? "record" : "stretch",
      );
      continue;
    }
    const { headers, lineEnd } = header;
    const length = contentLength(headers);
    if (length === undefined) {
      await passToStart(reader);
      yield fault("is a WARC record without usable Content-Length");
      continue;
    }
    const content = length > maxBytes ? undefined : await takeContent(reader, length, lineEnd);
    const isWhole = length > maxBytes ? await passLong(reader, length, giveUpBytes, cutOff) : content !== undefined;
    if (isWhole) yield { kind: "record", start, headers, length, content };
    else {
      const from = reader.position;
      const isFound = await passToStart(reader);
      const passed = grouped(reader.position - from);
      if (!isFound && reader.position - from < length)
        throw cutOff(`a WARC record of ${grouped(length)} bytes is cut off after ${passed}`);
      yield fault(`is a WARC record with a wrong Content-Length: it says ${grouped(length)}`);
    }
  }
}

/** A record's header. */
interface Header {
  headers: Map<string, string>;
  lineEnd: "\r\n" | "\n";
}

/** The header, which is taken; or what is wrong with it, and nothing is taken. */
async function readHeader(reader: ByteReader): Promise<Header | string> {
  for (let size = 1024; ; size *= 4) {
    const held = await reader.look(Math.min(size, MAX_HEADER_BYTES));
    if (held.indexOf("WARC/") !== 0) return "does not begin with its version";
    const ends = [held.indexOf("\n\n") + 2, held.indexOf("\n\r\n") + 3].filter((end) => end > 2);
    if (ends.length > 0) {
      const block = held.subarray(0, Math.min(...ends));
      const header = parseHeader(block);
      if (typeof header !== "string") await reader.take(block.length);
      return header;
    }
    if (held.length < size) {
      if (held.length < MAX_HEADER_BYTES) await reader.peek(held.length + 1);
      return "has a header without end";
    }
  }
}

function parseHeader(block: Buffer): Header | string {
  const headers = new Map<string, string>();
  for (const line of block.toString("latin1").split(/\r?\n/).slice(1)) {
    if (/^WARC\/\d\.\d/.test(line)) return "has a header that runs into the next record";
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const value = Buffer.from(line.slice(colon + 1), "latin1");
    headers.set(line.slice(0, colon).trim().toLowerCase(), value.toString(isUtf8(value) ? "utf8" : "latin1").trim());
  }
  return { headers, lineEnd: block.includes("\r\n") ? "\r\n" : "\n" };
}

function contentLength(headers: Map<string, string>): number | undefined {
  const written = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(written) ? Number(written) : undefined;
}

/** Content that ends where a record may end; undefined, and nothing taken, when it does not. */
async function takeContent(reader: ByteReader, length: number, lineEnd: string): Promise<Buffer | undefined> {
  const held = await reader.look(length + START_BYTES);
  if (held.length < length) {
    if (indexOfStart(held) === -1) await reader.peek(length);
    return undefined;
  }
  const behind = held.toString("latin1", length);
  const isBeforeNext = /^[\r\n]*WARC\//.test(behind) || (behind.length < START_BYTES && /^[\r\n]*$/.test(behind));
  // What follows may be damaged; or the length is wrong, and the content holds a record and ends in another.
  const isEnd = isBeforeNext || (behind.startsWith(lineEnd.repeat(2)) && indexOfStart(held.subarray(0, length)) === -1);
  return isEnd ? reader.take(length) : undefined;
}

/** Passes over content too long to hold; false, at a record, when one begins in it. */
async function passLong(
  reader: ByteReader,
  length: number,
  giveUpBytes: number,
  cutOff: (reason: string) => Damage,
): Promise<boolean> {
  const from = reader.position;
  if (await passToStart(reader, Math.min(length, giveUpBytes))) return false;
  const passed = reader.position - from;
  if (passed === length) return true;
  if (passed < giveUpBytes)
    throw cutOff(`a WARC record of ${grouped(length)} bytes is cut off after ${grouped(passed)}`);
  const { reason, position, excerpt } = cutOff(
    `a record claims ${grouped(length)} bytes: damaged, or a decompression bomb`,
  );
  throw new GivenUp(reason, position, excerpt);
}

/** Passes on to where a record begins, `limit` bytes at most; false when none does. @throws Damage from the stream */
async function passToStart(reader: ByteReader, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let left = limit; left > 0; ) {
    const held = await reader.look(SEARCH_BYTES);
    if (held.length === 0) return (await reader.peek(1)).length > 0;
    const at = indexOfStart(held);
    if (at !== -1 && at < left) {
      await reader.take(at);
      return true;
    }
    const isEnd = held.length < SEARCH_BYTES;
    const passed = Math.min(left, isEnd ? held.length : held.length - START_BYTES);
    await reader.take(passed);
    left -= passed;
  }
  return false;
}

function indexOfStart(held: Buffer): number {
  for (let at = held.indexOf("WARC/"); at !== -1; at = held.indexOf("WARC/", at + 1)) {
    if (START.test(held.toString("latin1", at, at + START_BYTES))) return at;
  }
  return -1;
}
