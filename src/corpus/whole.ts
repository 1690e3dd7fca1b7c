/**
 * @file Files read whole or not at all: for stages that keep no account of what was lost.
 *
 * Bad records are theirs to count. A lost stretch or rest of a file is not: what was in it nobody knows, so it stops them.
 */
import { UserError } from "../base/errors.js";
import { type InputFile, openRows, type ReadOptions, type Row, sentenceOf } from "./input/index.js";

/** The rows of a file. @throws UserError when part of the file is lost, or the first record lacks the text's field */
export async function* wholeRows(file: InputFile, options: ReadOptions): AsyncGenerator<Row> {
  for await (const row of openRows(file, options).rows) {
    if (row.kind === "bad" && row.extent !== "record") throw new UserError(sentenceOf(file.uri, row));
    yield row;
  }
}
