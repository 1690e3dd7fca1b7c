/**
 * @file The rows of an input, tokenized: what the scorer eats.
 *
 * Rows that an interrupted attempt has already scored are read again (the hash of the whole input needs them, and
 * reading is cheap beside scoring) but not tokenized.
 */
import { crc32 } from "node:zlib";
import { type BadRow, type EmptyRow, type InputDigest, type InputFile, openRows } from "../../corpus/input/index.js";
import { documentTokens, type Tokenizer } from "../../tokens/index.js";
import type { JobSettings } from "./plan.js";

export interface TokenizedRow {
  kind: "document";
  row: number;
  id: string;
  crc32: number;
  /** Of the text, UTF-8. */
  textBytes: number;
  /** Stored bytes of the input read so far, about. */
  position: number;
  /** Ends with end-of-text. */
  tokens: Uint32Array<ArrayBuffer>;
}
export type TokenRow = TokenizedRow | EmptyRow | BadRow;

/** Yields the rows from number `fromRow` on; returns the digest of the whole input. */
export async function* tokenRows(
  file: InputFile,
  settings: Pick<JobSettings, "textField" | "idField" | "maxRecordBytes" | "noText">,
  tokenizer: Pick<Tokenizer, "encode" | "encodeBlocks" | "specials">,
  fromRow: number,
): AsyncGenerator<TokenRow, InputDigest> {
  const { rows, digest, position } = openRows(file, settings);
  for await (const row of rows) {
    if (row.row < fromRow) continue;
    if (row.kind !== "document") {
      yield row;
      continue;
    }
    yield {
      kind: "document",
      row: row.row,
      id: row.id,
      crc32: crc32(row.text),
      textBytes: Buffer.byteLength(row.text),
      position: position(),
      tokens: documentTokens(tokenizer, row.text),
    };
  }
  return digest();
}
