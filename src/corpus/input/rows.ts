/** @file Opens a file of any kind as rows, and its digest: the one reader of everything that comes in. */
import { UserError } from "../../base/errors.js";
import { Damage, lostRow } from "./bad.js";
import { digestOf, HashedStream, openBytes } from "./bytes.js";
import { checkedRows } from "./checked.js";
import { stretchesIn } from "./decompress.js";
import { readJsonl } from "./jsonl.js";
import { type Kind, kindOf, READABLE } from "./kinds.js";
import { readParquet } from "./parquet.js";
import { rowsOfStretches } from "./stretch-rows.js";
import { readText } from "./text.js";
import type { InputDigest, InputFile, Origin, ReadOptions, Row } from "./types.js";
import { readWet } from "./wet.js";

export interface OpenRows {
  /** The rows in file order; each file's are the same on every run. Read them once. @throws UserError when the file cannot be read */
  rows: AsyncGenerator<Row>;
  /** Size and SHA-256 of the stored bytes; call it when done with `rows`, it reads what is left unread. */
  digest(): Promise<InputDigest>;
  /** Stored bytes read so far, about: for telling how long it will take. */
  position(): number;
}

/**
 * In a compressed file, a record longer than `maxRecordBytes` is passed over up to this many times that size; one still
 * without end is taken for a decompression bomb. In a plain file reading on costs no more than the file's size.
 */
const GIVE_UP_FACTOR = 16;

/**
 * Opens a file for reading. Memory is bounded by `maxRecordBytes` and buffers, at any size of file.
 * @throws UserError when the name says it is no kind of file that is read
 */
export function openRows(file: InputFile, options: ReadOptions): OpenRows {
  const kind = kindOf(file.uri);
  if (!kind) throw new UserError(`${file.uri} is not a kind of file read here: give ${READABLE}.`);
  if (kind.format !== "parquet") return openStreamed(file, kind, options);
  let share = 0;
  return {
    rows: checkedRows(endingInDamage(readParquet(file, options, (read) => (share = read))), file, options),
    digest: () => digestOf(file),
    position: () => Math.round(share * file.bytes),
  };
}

function openStreamed(file: InputFile, { format, compression }: Kind, options: ReadOptions): OpenRows {
  let stored: HashedStream | undefined;
  const open = async () => (stored ??= new HashedStream((await openBytes(file.uri, file.bytes)).stream()));
  async function* rows(): AsyncGenerator<Row> {
    const stretches = stretchesIn(await open(), compression);
    const giveUpBytes = compression === "none" ? Number.POSITIVE_INFINITY : GIVE_UP_FACTOR * options.maxRecordBytes;
    const read = format === "text" ? readText : format === "wet" ? readWet : readJsonl;
    const rowsOf = (bytes: AsyncIterable<Uint8Array>, origin: Origin) =>
      read(bytes, file.source, options, giveUpBytes, origin);
    yield* checkedRows(rowsOfStretches(stretches, rowsOf, file.bytes), file, options);
  }
  return { rows: rows(), digest: async () => (await open()).digest(), position: () => stored?.bytes ?? 0 };
}

/** Rows up to damage, and the rest of the file as one bad row. */
export async function* endingInDamage(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let next = 0;
  try {
    for await (const row of rows) {
      next = row.row + 1;
      yield row;
    }
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    yield lostRow(next, error, "rest");
  }
}
