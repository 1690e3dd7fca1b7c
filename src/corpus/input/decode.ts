/**
 * @file Bytes to text, refusing what is not text.
 *
 * Validation is by `isUtf8` (the check of a fatal TextDecoder, several times faster), so nothing is ever replaced.
 */
import { isUtf8 } from "node:buffer";

/** A reason why a record is bad. Caught by the reader of the record. */
export class BadRecord extends Error {
  override name = "BadRecord";
}

/** The record has no text where it was said to be; a null is a text that is missing, and no such error. */
export class NoText extends BadRecord {}

/** @throws BadRecord when the bytes are not UTF-8 or more than a string can hold. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new BadRecord("is not valid UTF-8");
  try {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  } catch {
    throw new BadRecord(`is a text of ${bytes.length} bytes, more than a string can hold`);
  }
}

/** Whether a string has no surrogate without its partner, and so has UTF-8. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** What went wrong in the record, when it is the record's fault; other errors are thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof BadRecord) return error.message;
  throw error;
}

/** The byte order mark some programs write before UTF-8 is no text. */
export function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
