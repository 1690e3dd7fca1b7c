/**
 * @file The footer of a Parquet file: which columns there are and where their bytes lie, checked.
 *
 * Everything in it is a claim by whoever wrote the file: its own length, counts, offsets and sizes are held against the
 * file's size and fixed bounds before anything is allocated or read.
 */
import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { grouped } from "../../../base/errors.js";
import { Damage } from "../bad.js";
import type { StoredBytes } from "../bytes.js";
import { PageError } from "./codecs.js";
import { type Column, type Leaf, topColumns } from "./schema.js";
import { walkThrift } from "./thrift.js";

/** Largest footer read; thousands of row groups of a hundred columns fit. */
const MAX_FOOTER_BYTES = 32 * 2 ** 20;
/** Most values in a footer, which bounds the memory of its parsed form. */
const MAX_FOOTER_VALUES = 4_000_000;
const MAX_SCHEMA_ELEMENTS = 10_000;
const MAGIC = "PAR1";

export interface Footer {
  /** Rows that the file claims, beside what its row groups do. */
  rows: number;
  rowGroups: FileMetaData["row_groups"];
  /** Top of the schema, each column with the elements below it. */
  columns: Map<string, SchemaElement[]>;
  /** Offset at which the footer begins: columns end before it. */
  start: number;
}

/** @throws Damage when the file is no Parquet or its footer is damaged or out of bounds */
export async function readFooter(file: StoredBytes): Promise<Footer> {
  const position = "the footer";
  if (file.bytes < 12) throw new Damage(`is no Parquet file: it has ${file.bytes} bytes`, position);
  const tail = Buffer.from(await file.slice(file.bytes - 8, file.bytes));
  if (tail.toString("latin1", 4) === "PARE")
    throw new Damage("is an encrypted Parquet file, which is not read", position);
  if (tail.length < 8 || tail.toString("latin1", 4) !== MAGIC) {
    throw new Damage("is no Parquet file, or a truncated one: it does not end in PAR1", position);
  }
  const length = tail.readUInt32LE();
  const available = Math.min(MAX_FOOTER_BYTES, file.bytes - 12);
  if (length > available) {
    throw new Damage(`the Parquet footer claims ${grouped(length)} bytes of ${grouped(available)}`, position);
  }
  const start = file.bytes - 8 - length;
  const bytes = new Uint8Array(await file.slice(start, file.bytes));
  try {
    walkThrift(bytes.subarray(0, length), 0, MAX_FOOTER_VALUES);
    const { schema, row_groups: rowGroups, num_rows: rows } = parquetMetadata(bytes.buffer, { geoparquet: false });
    if (schema.length > MAX_SCHEMA_ELEMENTS) throw new Error(`it has ${grouped(schema.length)} columns`);
    return { rows: Number(rows), rowGroups, columns: topColumns(schema), start };
  } catch (error) {
    throw new Damage(`the Parquet footer is damaged: ${(error as Error).message}`, position);
  }
}

/** A leaf's part of one row group: where its bytes lie and how they are compressed. */
export interface ColumnChunk {
  leaf: Leaf;
  start: number;
  end: number;
  codec: string;
}

/** The parts of a column, in the order of its leaves. @throws PageError when the group claims what is not in the file */
export function columnChunks(footer: Footer, group: number, column: Column): ColumnChunk[] {
  return column.leaves.map((leaf) => {
    const wanted = JSON.stringify(leaf.path);
    const found = footer.rowGroups[group].columns.find(({ meta_data: data }) => {
      return data?.path_in_schema[0] === leaf.path[0] && JSON.stringify(data.path_in_schema) === wanted;
    });
    const data = found?.meta_data;
    const name = leaf.path.join(".").slice(0, 80);
    if (!data || found.file_path || data.type !== leaf.type)
      throw new PageError(`the row group has no bytes for the column "${name}"`);
    const [first, dictionary = 0] = [data.data_page_offset, data.dictionary_page_offset].map(Number);
    const start = dictionary > 0 && dictionary < first ? dictionary : first;
    const end = start + Number(data.total_compressed_size);
    if (!(start >= 4 && end >= start && end <= footer.start))
      throw new PageError(`the column "${name}" claims the bytes ${grouped(start)} to ${grouped(end)} of the file`);
    return { leaf, start, end, codec: data.codec };
  });
}
