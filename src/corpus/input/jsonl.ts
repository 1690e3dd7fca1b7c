/**
 * @file JSONL: one JSON object a line.
 *
 * Every line is a row, blank ones too, so a row's number is its line's number less one in any file.
 */
import { grouped } from "../../base/errors.js";
import { badRow, linePosition } from "./bad.js";
import { BadRecord, decodeUtf8, reasonOf, withoutByteOrderMark } from "./decode.js";
import { LineSplitter, withoutReturn } from "./lines.js";
import { rowOf } from "./record.js";
import type { ReadOptions, Row } from "./types.js";

/** Lines shorter than this are parsed without counting their values first. */
const SMALL_BYTES = 4 * 2 ** 20;
/** Most values in one record: parsed values take tens of times the memory of their text. */
const MAX_VALUES = 1_000_000;

/** @throws Damage from the stream or when a line is given up, after the rows before it. */
export async function* readJsonl(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
  giveUpBytes: number,
): AsyncGenerator<Row> {
  const lines = new LineSplitter(options.maxRecordBytes, giveUpBytes);
  let row = 0;
  for await (const chunk of stream) {
    for (const line of lines.push(chunk)) yield toRow(line.bytes, line.isTooLong === true, row++, source, options);
  }
  for (const line of lines.end()) yield toRow(line.bytes, line.isTooLong === true, row++, source, options);
}

function toRow(stored: Buffer, isTooLong: boolean, row: number, source: string, options: ReadOptions): Row {
  if (isTooLong) {
    return badRow(row, `is a line of more than ${grouped(options.maxRecordBytes)} bytes`, linePosition(row), stored);
  }
  const line = row === 0 ? withoutByteOrderMark(withoutReturn(stored)) : withoutReturn(stored);
  try {
    const record = parse(line);
    return record ? rowOf(record, row, source, options) : { kind: "empty", row };
  } catch (error) {
    return badRow(row, reasonOf(error), linePosition(row), line);
  }
}

/** The record of a line, or undefined when the line is blank. @throws BadRecord */
function parse(line: Buffer): object | undefined {
  if (line.length > SMALL_BYTES && countValues(line) > MAX_VALUES) {
    throw new BadRecord(`holds more than ${grouped(MAX_VALUES)} JSON values`);
  }
  const text = decodeUtf8(line);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") return undefined;
    throw new BadRecord(`is not JSON: ${shorten((error as Error).message)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new BadRecord("is not a JSON object");
  return value;
}

/** The parser's message without the excerpt it quotes, which differs between versions of Node. */
function shorten(message: string): string {
  return message.replace(/(, \.*"| in JSON| after JSON)[\s\S]*$/, "").slice(0, 120);
}

/** About how many values a JSON text holds: its commas and opening brackets outside strings. */
function countValues(line: Buffer): number {
  let values = 1;
  for (let i = 0; i < line.length && values <= MAX_VALUES; i++) {
    const byte = line[i];
    if (byte === 34) i = endOfString(line, i);
    else if (byte === 44 || byte === 91 || byte === 123) values++;
  }
  return values;
}

/** Index of the quote that closes the string opened at `start`, or the end of the line. */
function endOfString(line: Buffer, start: number): number {
  for (let end = line.indexOf(34, start + 1); end !== -1; end = line.indexOf(34, end + 1)) {
    let backslashes = 0;
    while (line[end - 1 - backslashes] === 92) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return line.length;
}
