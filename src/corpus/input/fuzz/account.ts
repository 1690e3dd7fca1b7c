/**
 * @file No loss without a count: what a broken file still holds, told by other means than the reader's.
 *
 * The reader either says that a part of the file is lost, or claims to have read all of it. Then every record that an
 * independent look at the bytes finds must have come out: as a document, as empty, or as bad. A change of the bytes that
 * makes another sound file (a line cut out of JSONL) is no loss: it is measured by what the changed file holds.
 */
import { gunzipSync } from "node:zlib";
import { decompress as unzstd } from "fzstd";
import { kindOf } from "../kinds.js";
import type { Outcome } from "./attempt.js";

/**
 * What came out of a broken file against what it holds.
 *
 * @param original - what came out of the file before it was broken
 * @returns a clause that says what is missing without a count; undefined when everything is accounted for
 */
export function unaccounted(name: string, original: Outcome, bytes: Buffer, outcome: Outcome): string | undefined {
  if (outcome.error !== undefined || outcome.lost > 0) return undefined;
  const { format, compression } = kindOf(name)!;
  const records = outcome.documents + outcome.empty + outcome.bad;
  if (format === "parquet") {
    // A Parquet file says its number of rows in several places: none may be believed alone.
    const expected = original.documents + original.empty + original.bad;
    return records < expected ? `${records} of ${expected} rows came out` : undefined;
  }
  const content = compression === "none" ? bytes : decompressed(bytes, compression);
  if (!content) return `another ${compression} decompressor finds damage`;
  if (format === "text") {
    const letters = lettersOf(content.toString("utf8"));
    return outcome.bad > 0 || outcome.letters === letters
      ? undefined
      : `${outcome.letters} of ${letters} letters came out`;
  }
  const expected = format === "jsonl" ? linesOf(content) : pagesOf(content);
  return records < expected ? `${records} of ${expected} records came out` : undefined;
}

/** Characters that are no white space. */
export function lettersOf(text: string): number {
  return text.replace(/\s/gu, "").length;
}

function linesOf(content: Buffer): number {
  let lines = content.length > 0 && content.at(-1) !== 10 ? 1 : 0;
  for (const byte of content) if (byte === 10) lines++;
  return lines;
}

/** WARC records that are no archive notes. */
function pagesOf(content: Buffer): number {
  const text = content.toString("latin1");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/^WARC\/1\.0\r?\nWARC-Type:/gm) - count(/^WARC\/1\.0\r?\nWARC-Type: *(warcinfo|metadata)/gim);
}

/** What a sound stream decompresses to; undefined when it is damaged. */
function decompressed(bytes: Buffer, compression: "gzip" | "zstd"): Buffer | undefined {
  try {
    return compression === "gzip" ? gunzipAll(bytes) : Buffer.from(unzstd(bytes));
  } catch {
    return undefined;
  }
}

/** All members, with zeros between and behind them, over which Node's own passes only at the end. */
function gunzipAll(bytes: Buffer): Buffer | undefined {
  const members: Buffer[] = [];
  for (let rest = bytes; ; ) {
    const start = rest.findIndex((byte) => byte !== 0);
    if (start === -1) return members.length > 0 ? Buffer.concat(members) : undefined;
    rest = rest.subarray(start);
    const { buffer, engine } = gunzipSync(rest, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    members.push(buffer);
    rest = rest.subarray(engine.bytesWritten);
  }
}
