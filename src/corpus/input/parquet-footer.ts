/**
 * @file The footer of a Parquet file: which columns there are and where their bytes lie, checked.
 *
 * Everything in it is a claim by whoever wrote the file: its own length, counts, offsets and sizes are held against the
 * file's size and fixed bounds before anything is allocated or read.
 */
import type { FileMetaData, SchemaElement } from "hyparquet";
import { parquetMetadata } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { grouped } from "../../base/errors.js";
import { Damage } from "./bad.js";
import type { StoredBytes } from "./bytes.js";
import type { ColumnDecoder } from "./parquet-decoder.js";
import { checkThrift } from "./parquet-thrift.js";

/** Largest footer read; thousands of row groups of a hundred columns fit. */
const MAX_FOOTER_BYTES = 32 * 2 ** 20;
/** Most values in a footer, which bounds the memory of its parsed form. */
const MAX_FOOTER_VALUES = 4_000_000;
const MAX_SCHEMA_ELEMENTS = 10_000;
const MAGIC = "PAR1";

export interface Footer {
  rowGroups: FileMetaData["row_groups"];
  /** The columns at the top of the schema, flat ones only. */
  columns: Map<string, SchemaElement>;
  /** Offset at which the footer begins: columns end before it. */
  start: number;
}

/** @throws Damage when the file is no Parquet or its footer is damaged or out of bounds */
export async function readFooter(file: StoredBytes): Promise<Footer> {
  const position = "the footer";
  if (file.bytes < 12) throw new Damage(`is no Parquet file: it has ${file.bytes} bytes`, position);
  const tail = Buffer.from(await file.slice(file.bytes - 8, file.bytes));
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
    checkThrift(bytes.subarray(0, length), 0, MAX_FOOTER_VALUES);
    const { schema, row_groups: rowGroups } = parquetMetadata(bytes.buffer, { geoparquet: false });
    return { rowGroups, columns: flatColumns(schema), start };
  } catch (error) {
    throw new Damage(`the Parquet footer is damaged: ${(error as Error).message}`, position);
  }
}

/** The leaves directly below the root that hold one value a row. The schema is a tree written in depth-first order. */
function flatColumns(schema: readonly SchemaElement[]): Map<string, SchemaElement> {
  if (schema.length > MAX_SCHEMA_ELEMENTS) throw new Error(`it has ${grouped(schema.length)} columns`);
  const columns = new Map<string, SchemaElement>();
  let at = 1;
  for (let child = 0; child < (schema[0]?.num_children ?? 0) && at < schema.length; child++) {
    const element = schema[at++];
    if (typeof element.name !== "string") throw new Error("a column has no name");
    let below = element.num_children ?? 0;
    if (!below && element.type && element.repetition_type !== "REPEATED") columns.set(element.name, element);
    for (; below > 0 && at < schema.length; below--) below += schema[at++].num_children ?? 0;
  }
  return columns;
}

/** A column's part of one row group: where its bytes lie and how they are decoded. */
export interface ColumnChunk {
  name: string;
  start: number;
  end: number;
  decoder: ColumnDecoder;
}

/** @throws Damage when the row group has no such column or claims what is not in the file */
export function columnChunk(footer: Footer, group: number, name: string): ColumnChunk {
  const position = `row group ${grouped(group)}`;
  const found = footer.rowGroups[group].columns.find(({ meta_data: data }) => {
    return data?.path_in_schema.length === 1 && data.path_in_schema[0] === name;
  });
  const data = found?.meta_data;
  const element = footer.columns.get(name);
  if (!data || !element || found.file_path) {
    throw new Damage(`the row group has no bytes for the column "${name.slice(0, 80)}"`, position);
  }
  const [first, dictionary = 0] = [data.data_page_offset, data.dictionary_page_offset].map(Number);
  const start = dictionary > 0 && dictionary < first ? dictionary : first;
  const end = start + Number(data.total_compressed_size);
  if (!(start >= 4 && end >= start && end <= footer.start)) {
    throw new Damage(`a column claims the bytes ${grouped(start)} to ${grouped(end)} of the file`, position);
  }
  // Without its converted type a column is decoded to what is stored, never to what someone says it means.
  const stored: SchemaElement = {
    name,
    type: element.type,
    type_length: element.type_length,
    repetition_type: element.repetition_type,
  };
  const leaf = { element: stored, children: [], count: 1, path: [name] };
  const root = { element: { name: "root" }, children: [leaf], count: 2, path: [] };
  return {
    name,
    start,
    end,
    decoder: {
      pathInSchema: [name],
      type: element.type!,
      element: stored,
      schemaPath: [root, leaf],
      codec: data.codec,
      parsers: DEFAULT_PARSERS,
      utf8: false,
    },
  };
}
