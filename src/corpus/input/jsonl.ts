/**
 * @file JSONL: one JSON object a line.
 *
 * Every line is a row, blank ones too, so a row's number is its line's number less one in any file without damage.
 */
import { isUtf8 } from "node:buffer";
import { grouped } from "../../base/errors.js";
import { badRecordRow, badRow, linePosition } from "./bad.js";
import { BadRecord, withoutByteOrderMark } from "./decode.js";
import { parseLarge } from "./large-json.js";
import { type Line, LineSplitter, withoutReturn } from "./lines.js";
import { rowOf } from "./record.js";
import type { Origin, ReadOptions, Row } from "./types.js";

/** Longer lines are parsed in another way, slower and in less memory. */
const SMALL_BYTES = 4 * 2 ** 20;

/** @throws Damage from the stream or when a line is given up, after the rows before it. */
export async function* readJsonl(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  options: ReadOptions,
  giveUpBytes: number,
  origin: Origin,
): AsyncGenerator<Row> {
  const lines = new LineSplitter(options.maxRecordBytes, giveUpBytes);
  let { row } = origin;
  for await (const chunk of stream)
    for (const line of lines.push(chunk)) yield toRow(line, row++, source, options, origin);
  for (const line of lines.end()) yield toRow(line, row++, source, options, origin);
}

function toRow(
  { bytes: stored, isTooLong }: Line,
  row: number,
  source: string,
  options: ReadOptions,
  origin: Origin,
): Row {
  const position = linePosition(row - origin.row, origin);
  if (isTooLong)
    return badRow(row, `is a line of more than ${grouped(options.maxRecordBytes)} bytes`, position, stored);
  const line = row === 0 ? withoutByteOrderMark(withoutReturn(stored)) : withoutReturn(stored);
  const start = line.length > SMALL_BYTES ? Buffer.from(line.subarray(0, 200)) : line;
  try {
    const record = parse(line);
    return record ? rowOf(record, row, source, options) : { kind: "empty", row };
  } catch (error) {
    return badRecordRow(row, error, position, start);
  }
}

/** The record of a line, or undefined when the line is blank. @throws BadRecord */
function parse(line: Buffer): object | undefined {
  if (!isUtf8(line)) throw new BadRecord("is not valid UTF-8");
  let value: unknown;
  try {
    value = line.length > SMALL_BYTES ? parseLarge(line) : JSON.parse(line.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (isBlankLine(line)) return undefined;
    throw new BadRecord(`is not JSON: ${shorten(error.message)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new BadRecord("is not a JSON object");
  return value;
}

/** Whether a line holds nothing but spaces and tabs. */
function isBlankLine(line: Buffer): boolean {
  return line.every((byte) => byte === 32 || (byte >= 9 && byte <= 13));
}

/** The parser's message without the excerpt it quotes, which differs between versions of Node. */
function shorten(message: string): string {
  return message.replace(/(, \.*"| in JSON| after JSON)[\s\S]*$/, "").slice(0, 120);
}
