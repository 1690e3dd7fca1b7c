/**
 * @file Decodes plain pages by hyparquet's public interface, which reads whole files.
 *
 * So it is given one: a row group of the pages at hand. A page at a time keeps memory bounded, where the file's own row
 * groups have no bound (docs/decisions/008-parquet.md).
 */
import { type FileMetaData, parquetReadObjects, type SchemaElement } from "hyparquet";
import { PageError } from "./codecs.js";
import { ENCODING, PAGE, writePageHeader } from "./page-header.js";
import { DECODED, type Leaf } from "./schema.js";

/** Pages of one leaf, its dictionary before them. */
export interface LeafPages {
  leaf: Pick<Leaf, "path" | "type">;
  pages: readonly Uint8Array[];
  /** In the pages, those of nested lists one by one. */
  values: number;
}

/**
 * @param stored - root and column
 * @param leaves - all leaves of the column
 * @returns what is stored in each row: bytes, numbers, and arrays and objects of them; null where there is nothing
 * @throws Error when pages are damaged
 */
export async function decodeRows(
  stored: readonly SchemaElement[],
  leaves: readonly LeafPages[],
  rows: number,
): Promise<unknown[]> {
  const bytes = new Uint8Array(
    leaves.reduce((sum, { pages }) => pages.reduce((part, page) => part + page.length, sum), 0),
  );
  let at = 0;
  const columns = leaves.map(({ leaf, pages, values }) => {
    const start = at;
    for (const page of pages) {
      bytes.set(page, at);
      at += page.length;
    }
    const meta_data = {
      ...{ type: leaf.type, encodings: [], codec: "UNCOMPRESSED" as const, num_values: BigInt(values) },
      ...{ path_in_schema: [DECODED, ...leaf.path.slice(1)], data_page_offset: BigInt(start) },
      ...{ total_compressed_size: BigInt(at - start), total_uncompressed_size: BigInt(at - start) },
    };
    return { file_offset: 0n, meta_data };
  });
  const metadata: FileMetaData = {
    ...{ version: 2, schema: [...stored], num_rows: BigInt(rows), metadata_length: 0 },
    row_groups: [{ columns, total_byte_size: BigInt(at), num_rows: BigInt(rows) }],
  };
  const file = {
    byteLength: at,
    slice: (start: number, end = at) => (end - start === at ? bytes.buffer : bytes.buffer.slice(start, end)),
  };
  const found = await parquetReadObjects({ file, metadata, utf8: false, geoparquet: false, parsers: PARSERS });
  if (found.length !== rows) throw new PageError(`a page holds ${found.length} rows where ${rows} are claimed`);
  return found.map((row) => row[DECODED]);
}

/** Of INT96, the one type that hyparquet does not give as stored. */
const PARSERS = { timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds };

const INTEGERS: SchemaElement[] = [
  { name: "root", num_children: 1 },
  { name: DECODED, type: "INT32", repetition_type: "REQUIRED" },
];

/** A DELTA_BINARY_PACKED sequence, as within other encodings. It was checked. */
export async function decodeIntegers(bytes: Uint8Array, count: number): Promise<number[]> {
  const page = Buffer.concat([writePageHeader(PAGE.data, bytes.length, count, ENCODING.deltaBinary), bytes]);
  const leaf = { path: [DECODED], type: "INT32" as const };
  return (await decodeRows(INTEGERS, [{ leaf, pages: [page], values: count }], count)) as number[];
}
