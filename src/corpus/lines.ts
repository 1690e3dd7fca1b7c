/** @file Lines of one of our own text files, streamed and strict: what is no line of text stops it. */
import { grouped, UserError } from "../base/errors.js";
import { Damage } from "./input/bad.js";
import { openBytes } from "./input/bytes.js";
import { BadRecord, decodeUtf8 } from "./input/decode.js";
import { decompress } from "./input/decompress.js";
import { kindOf } from "./input/kinds.js";
import { type Line, LineSplitter, withoutReturn } from "./input/lines.js";

/** Longest line accepted, bytes: above any document, below what would exhaust memory. */
export const MAX_LINE_BYTES = 2 ** 28;

/** Yields each line without its line end. @throws UserError when unreadable, damaged, not UTF-8 or a line too long. */
export async function* readLines(path: string, maxLineBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  const lines = new LineSplitter(maxLineBytes);
  let number = 0;
  const decode = ({ bytes, isTooLong }: Line) => {
    number++;
    if (!isTooLong) return decodeUtf8(withoutReturn(bytes));
    throw new UserError(`${path}:${number} is a line of more than ${grouped(maxLineBytes)} bytes.`);
  };
  try {
    const { stream } = await openBytes(path, 0);
    for await (const chunk of decompress(stream(), kindOf(path)?.compression ?? "none")) {
      for (const line of lines.push(chunk)) yield decode(line);
    }
    for (const line of lines.end()) yield decode(line);
  } catch (error) {
    if (error instanceof BadRecord) throw new UserError(`${path}:${number} ${error.message}. Check the file.`);
    if (error instanceof Damage) throw new UserError(`Cannot read ${path}: ${error.message}. Check the file.`);
    throw error;
  }
}
