/**
 * @file Lines of a text file, plain or gzipped, streamed.
 *
 * Memory is bounded by the longest line, and lines are capped: a file without line ends (or a gzip bomb) is refused,
 * not swallowed.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { UserError } from "../base/errors.js";

/** Longest line accepted, bytes: far above any document, far below what would exhaust memory. */
export const MAX_LINE_BYTES = 64 * 2 ** 20;

/** Yields each line without its line end. @throws UserError when unreadable, not gzip, truncated or a line too long. */
export async function* readLines(path: string, maxLineBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const stream = path.endsWith(".gz") ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file;
  file.on("error", (error) => stream.destroy(error)); // pipe() does not pass errors on
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 1;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        pending.push(chunk.subarray(start, end));
        yield decode(pending);
        number++;
        pending = [];
        pendingBytes = 0;
        start = end + 1;
      }
      pending.push(chunk.subarray(start));
      pendingBytes += chunk.length - start;
      if (pendingBytes > maxLineBytes) {
        throw new UserError(`${path}:${number} is a line of more than ${maxLineBytes} bytes. Is it one JSON per line?`);
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}. Check the file.`);
  } finally {
    file.destroy();
    stream.destroy();
  }
  if (pendingBytes > 0) yield decode(pending);
}

function decode(parts: Buffer[]): string {
  const line = (parts.length === 1 ? parts[0] : Buffer.concat(parts)).toString("utf8");
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
