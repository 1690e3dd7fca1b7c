/** @file Exempt lists: ids of documents a policy never touches, one per line, plain UTF-8 text. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { grouped, UserError } from "../../base/errors.js";

/** An id takes about 100 bytes in memory; this bounds a list to some hundreds of megabytes there. */
const MAX_BYTES = 64 * 2 ** 20;

/** Ids of a list: lines without their ends; empty lines are skipped, spaces belong to the id. */
export function parseExempt(text: string): ReadonlySet<string> {
  return new Set(
    text
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .filter((line) => line !== ""),
  );
}

/** Reads a list as text. @throws UserError when it is missing, a folder, too long or not UTF-8 */
export function readExempt(path: string): string {
  if (!existsSync(path)) throw new UserError(`The exempt list ${path} does not exist. Check the path.`);
  const found = statSync(path);
  if (!found.isFile()) throw new UserError(`The exempt list ${path} is not a file. Give a text file, one id per line.`);
  if (found.size > MAX_BYTES) {
    throw new UserError(
      `The exempt list ${path} has ${grouped(found.size)} bytes, at most ${grouped(MAX_BYTES)} are read. Leave those documents out of the input instead.`,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    throw new UserError(`The exempt list ${path} is not UTF-8 text. Give one id per line, as UTF-8.`);
  }
}
