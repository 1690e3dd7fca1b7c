/**
 * @file Parquet files of lists of numbers, written row group by row group.
 *
 * Encoding is hyparquet-writer's. Its general path walks nested values one by one; lists of tokens are flat runs, so
 * their repetition and definition levels are made here and handed to its column writer. A row group is at most
 * ROW_GROUP_TOKENS long, which bounds memory here and in readers. Columns are nullable, as pyarrow writes them; no
 * value is ever null.
 */
import { gzipSync } from "node:zlib";
import { ParquetWriter } from "hyparquet-writer";
import { writeColumn } from "hyparquet-writer/src/column.js";
import type { Output, OutputFile } from "../output.js";
import { MAX_ROW_TOKENS } from "../rows.js";
import { DrainedWriter } from "./drained.js";

const ROW_GROUP_TOKENS = MAX_ROW_TOKENS;
const ROW_GROUP_ROWS = 2 ** 16;

const TYPES = {
  int32: { type: "INT32" },
  int8: { type: "INT32", converted_type: "INT_8" },
  float32: { type: "FLOAT" },
} as const;

export interface ListColumn {
  name: string;
  type: keyof typeof TYPES;
}

type Values = Int32Array | Float32Array;
type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];

/** A Parquet file of lists; every list of a row has the same length, at least 1 and at most MAX_ROW_TOKENS. */
export class ListParquet {
  readonly #bytes = new DrainedWriter();
  readonly #parquet: ParquetWriter;
  readonly #values: Values[];
  readonly #lengths: number[] = [];
  #tokens = 0;

  private constructor(
    readonly file: OutputFile,
    readonly columns: readonly ListColumn[],
  ) {
    const schema: Schema = [{ name: "schema", num_children: columns.length }, ...columns.flatMap(listSchema)];
    this.#parquet = new ParquetWriter({
      ...{ writer: this.#bytes, schema, statistics: false, createdBy: "lacuna" },
      ...{ codec: "GZIP", compressors: { GZIP: fastGzip } },
    });
    this.#values = columns.map(({ type }) =>
      type === "float32" ? new Float32Array(ROW_GROUP_TOKENS) : new Int32Array(ROW_GROUP_TOKENS),
    );
  }

  static async open(output: Output, name: string, columns: readonly ListColumn[]): Promise<ListParquet> {
    return new ListParquet(await output.file(name), columns);
  }

  /** Appends one row. @param fill - writes column `at` into the array given, which has the row's length */
  async add(length: number, fill: (at: number, into: Values) => void): Promise<void> {
    if (this.#tokens + length > ROW_GROUP_TOKENS || this.#lengths.length === ROW_GROUP_ROWS) await this.#flush();
    for (const [at, values] of this.#values.entries()) fill(at, values.subarray(this.#tokens, this.#tokens + length));
    this.#lengths.push(length);
    this.#tokens += length;
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#parquet.finish();
    await this.#bytes.drainInto(this.file);
    await this.file.close();
  }

  async #flush(): Promise<void> {
    if (this.#lengths.length === 0) return;
    const start = this.#bytes.offset;
    const repetition = new Uint8Array(this.#tokens).fill(1);
    for (let row = 0, at = 0; row < this.#lengths.length; at += this.#lengths[row++]) repetition[at] = 0;
    const definition = new Uint8Array(this.#tokens).fill(MAX_DEFINITION);
    const chunks = this.columns.map((column, at) => {
      const schemaPath = [{ name: "schema" }, ...listSchema(column)];
      const { chunk } = writeColumn({
        writer: this.#bytes,
        column: {
          columnName: column.name,
          element: schemaPath[schemaPath.length - 1],
          schemaPath,
          codec: this.#parquet.codec,
          compressors: this.#parquet.compressors,
          stats: false,
          pageSize: 0,
          columnIndex: false,
          offsetIndex: false,
          encoding: "PLAIN",
        },
        pageData: {
          values: this.#values[at].subarray(0, this.#tokens),
          definitionLevels: definition as unknown as number[],
          repetitionLevels: repetition as unknown as number[],
          maxDefinitionLevel: MAX_DEFINITION,
        },
      });
      return chunk;
    });
    const rows = BigInt(this.#lengths.length);
    this.#parquet.num_rows += rows;
    this.#parquet.row_groups.push({
      columns: chunks,
      num_rows: rows,
      total_byte_size: chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    });
    this.#lengths.length = 0;
    this.#tokens = 0;
    await this.#bytes.drainInto(this.file);
  }
}

/** zlib's fastest level: quicker and smaller than the writer's own Snappy, and every Parquet reader knows it. */
function fastGzip(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 1 });
}

/** Column present, list entry present, element present. */
const MAX_DEFINITION = 3;

/** The three-level list of the Parquet specification. */
function listSchema({ name, type }: ListColumn): Schema {
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", ...TYPES[type] },
  ];
}
