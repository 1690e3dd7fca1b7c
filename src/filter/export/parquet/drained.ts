/** @file The memory that hyparquet-writer encodes into, emptied into a file after every row group. */
import { ByteWriter } from "hyparquet-writer";
import type { OutputFile } from "../output.js";

/** Collects what hyparquet-writer encodes until it is handed on; offsets go on counting. */
export class DrainedWriter extends ByteWriter {
  async drainInto(file: OutputFile): Promise<void> {
    const bytes = this.getBytes();
    this.index = 0;
    await file.write(bytes);
  }
}
