/**
 * @file Parses JSON records of many megabytes without a second copy of their text.
 *
 * A record is nearly all one string. Long strings are decoded from their bytes, unescaped in place; the rest, with marks
 * where they stood, is parsed as usual. So a record takes its bytes and its text, not the text of the whole line as well.
 */
import { grouped } from "../../base/errors.js";
import { BadRecord, decodeUtf8 } from "./decode.js";

/** Strings from this size on are decoded apart. */
const LONG_BYTES = 2 ** 20;
/** Most values in one record: parsed values take tens of times the memory of their text. */
const MAX_VALUES = 1_000_000;
const QUOTE = 34;
const BACKSLASH = 92;
/** What stands for a long string, with its number behind. A record that holds this itself gets the long string twice. */
const MARK = "lacuna:long-string:";

/**
 * The value of a line of valid UTF-8. Overwrites the line.
 * @throws BadRecord when it holds too many values or a string cannot be text; SyntaxError when it is not JSON
 */
export function parseLarge(line: Buffer): unknown {
  const long: { start: number; end: number; text?: string }[] = [];
  const kept: Uint8Array[] = [];
  let from = 0;
  let values = 1;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at];
    if (byte === QUOTE) {
      const end = endOfString(line, at);
      if (end - at > LONG_BYTES && end < line.length) {
        kept.push(line.subarray(from, at), Buffer.from(`"${MARK}${long.length}"`));
        long.push({ start: at + 1, end });
        from = end + 1;
      }
      at = end;
    } else if (byte === 44 || byte === 91 || byte === 123) {
      if (++values > MAX_VALUES) throw new BadRecord(`holds more than ${grouped(MAX_VALUES)} JSON values`);
    }
  }
  kept.push(line.subarray(from));
  return JSON.parse(decodeUtf8(Buffer.concat(kept)), (_key, value: unknown) => {
    const place =
      typeof value === "string" && value.startsWith(MARK) ? long[Number(value.slice(MARK.length))] : undefined;
    return place ? (place.text ??= stringAt(line, place.start, place.end)) : value;
  });
}

/** Index of the quote that closes the string opened at `start`, or the end of the line. */
function endOfString(line: Buffer, start: number): number {
  for (let end = line.indexOf(QUOTE, start + 1); end !== -1; end = line.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (line[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return line.length;
}

/** The string written in [start, end), unescaped where it lies: no escape is shorter than what it stands for. */
function stringAt(line: Buffer, start: number, end: number): string {
  let to = start;
  for (let at = start; at < end; ) {
    const next = line.indexOf(BACKSLASH, at);
    const plainEnd = next === -1 || next > end ? end : next;
    if (hasControl(line, at, plainEnd)) throw new SyntaxError("Bad control character in string literal");
    if (to !== at) line.copyWithin(to, at, plainEnd);
    to += plainEnd - at;
    at = plainEnd;
    if (at < end) [at, to] = writeEscaped(line, at, end, to);
  }
  return decodeUtf8(line.subarray(start, to));
}

const SIMPLE: Record<string, number> = { '"': 34, "\\": 92, "/": 47, b: 8, f: 12, n: 10, r: 13, t: 9 };

/** Writes what the escape at `at` stands for to `to`. @returns the offsets behind both */
function writeEscaped(line: Buffer, at: number, end: number, to: number): [at: number, to: number] {
  const kind = String.fromCharCode(line[at + 1]);
  if (kind in SIMPLE) {
    line[to] = SIMPLE[kind];
    return [at + 2, to + 1];
  }
  let code = unitAt(line, at, end);
  let after = at + 6;
  if (code >= 0xd800 && code < 0xe000) {
    const low = code < 0xdc00 && line[after] === BACKSLASH ? unitAt(line, after, end) : 0;
    if (low < 0xdc00 || low > 0xdfff) throw new BadRecord("has a text with a lone surrogate, which has no UTF-8");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    after += 6;
  }
  return [after, to + line.write(String.fromCodePoint(code), to, "utf8")];
}

/** The UTF-16 unit written as \uXXXX at `at`. */
function unitAt(line: Buffer, at: number, end: number): number {
  const digits = line.toString("latin1", at + 1, Math.min(end, at + 6));
  if (!/^u[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError("Bad escaped character");
  return Number.parseInt(digits.slice(1), 16);
}

function hasControl(line: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (line[at] < 32) return true;
  return false;
}
