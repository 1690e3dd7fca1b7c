/** @file Parquet files of text columns, written row group by row group. */
import { ParquetWriter } from "hyparquet-writer";
import type { Output, OutputFile } from "../output.js";
import { DrainedWriter } from "./drained.js";

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];

const ROW_GROUP_ROWS = 2 ** 16;
/** Bytes of texts that make a row group. */
const ROW_GROUP_TEXT = 8 * 2 ** 20;

/** A Parquet file of text columns. */
export class TextParquet {
  readonly #bytes = new DrainedWriter();
  readonly #parquet: ParquetWriter;
  readonly #rows: string[][] = [];
  #characters = 0;

  private constructor(
    readonly file: OutputFile,
    readonly columns: readonly string[],
  ) {
    const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
    const schema: Schema = [
      { name: "schema", num_children: columns.length },
      ...columns.map((name) => ({ name, ...text })),
    ];
    this.#parquet = new ParquetWriter({ writer: this.#bytes, schema, statistics: false, createdBy: "lacuna" });
  }

  static async open(output: Output, name: string, columns: readonly string[]): Promise<TextParquet> {
    return new TextParquet(await output.file(name), columns);
  }

  /** Appends one row: a text per column. */
  async add(row: string[]): Promise<void> {
    this.#rows.push(row);
    for (const text of row) this.#characters += text.length;
    if (this.#characters >= ROW_GROUP_TEXT || this.#rows.length === ROW_GROUP_ROWS) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    this.#parquet.finish();
    await this.#bytes.drainInto(this.file);
    await this.file.close();
  }

  async #flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const columnData = this.columns.map((name, at) => ({ name, data: this.#rows.map((row) => row[at]) }));
    this.#parquet.write({ columnData, rowGroupSize: this.#rows.length });
    this.#rows.length = 0;
    this.#characters = 0;
    await this.#bytes.drainInto(this.file);
  }
}
