/**
 * @file Cuts a stream of bytes into lines.
 *
 * Memory is bounded by the longest line accepted: of a longer one the start is kept, the rest is passed over. There is
 * no limit on the ratio of decompressed to compressed bytes of a file: one page repeated for gigabytes compresses tens
 * of thousands to one and is read like any text, at constant memory. What makes a bomb of a compressed file is a record
 * without end, so the guard is there: passing over a line stops at `giveUpBytes`, and the rest of the file is bad. So it
 * is after millions of lines on end too short to hold anything, which would take hours to say nothing.
 */
import { grouped } from "../../base/errors.js";
import { excerptOf, GivenUp } from "./bad.js";

/** A line as stored, without line feed, or the start of one that is too long. */
export type Line = { bytes: Buffer; isTooLong?: false } | { bytes: Buffer; isTooLong: true };

/** Of a line that is passed over, this much is kept to show. */
const KEPT_BYTES = 200;

/** Lines shorter than this hold no record. */
const SHORT_BYTES = 4;
const MOST_SHORT_LINES = 2 ** 20;

export class LineSplitter {
  private shortLines = 0;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private isSkipping = false;
  /** Lines begun so far, counting from 1. */
  private number = 1;

  /**
   * @param maxBytes - longest line accepted
   * @param giveUpBytes - a line still without end after so many bytes damages the rest of the file
   */
  constructor(
    private readonly maxBytes: number,
    private readonly giveUpBytes = Number.POSITIVE_INFINITY,
  ) {}

  /** The lines that end in this chunk. @throws Damage when a line is given up. */
  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.add(chunk.subarray(start, end));
      yield this.take();
      start = end + 1;
    }
    if (start < chunk.length) this.add(chunk.subarray(start));
  }

  /** The last line, when it has no line end. */
  *end(): Generator<Line> {
    if (this.pendingBytes > 0) yield this.take();
  }

  private add(piece: Uint8Array) {
    this.pendingBytes += piece.length;
    if (!this.isSkipping) this.pending.push(piece);
    if (this.pendingBytes <= this.maxBytes) return;
    if (!this.isSkipping) {
      this.isSkipping = true;
      this.pending = [startOf(this.pending)];
    }
    if (this.pendingBytes > this.giveUpBytes) {
      throw new GivenUp(
        `a line is longer than ${grouped(this.giveUpBytes)} bytes decompressed: not lines, or a decompression bomb`,
        `line ${grouped(this.number)}`,
        excerptOf(this.pending[0]),
      );
    }
  }

  private take(): Line {
    const { pending, isSkipping } = this;
    this.shortLines = this.pendingBytes < SHORT_BYTES ? this.shortLines + 1 : 0;
    if (this.shortLines > MOST_SHORT_LINES && this.giveUpBytes < Number.POSITIVE_INFINITY) {
      const reason = `${grouped(MOST_SHORT_LINES)} lines on end hold nothing: not text, or a decompression bomb`;
      throw new GivenUp(reason, `line ${grouped(this.number)}`);
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.isSkipping = false;
    this.number++;
    const first = pending[0] ?? Buffer.alloc(0);
    const bytes =
      pending.length === 1 ? Buffer.from(first.buffer, first.byteOffset, first.byteLength) : Buffer.concat(pending);
    return { bytes, isTooLong: isSkipping };
  }
}

/** Without the carriage return that ends lines written on Windows. */
export function withoutReturn(line: Buffer): Buffer {
  return line.length > 0 && line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
}

function startOf(pieces: readonly Uint8Array[]): Buffer {
  const starts = pieces.slice(0, KEPT_BYTES).map((piece) => piece.subarray(0, KEPT_BYTES));
  return Buffer.from(Buffer.concat(starts).subarray(0, KEPT_BYTES));
}
