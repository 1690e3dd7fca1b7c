/** @file A look at the first record of a file, before anything is begun that it would stop. */
import { type InputFile, openRows, type ReadOptions } from "./input/index.js";

/** Rows looked at: empty and bad ones say nothing of the field. */
const MOST_ROWS = 1000;

/** @throws UserError when the first record that can be read lacks the text's field, or the file cannot be read */
export async function requireTextField(file: InputFile, options: ReadOptions): Promise<void> {
  let seen = 0;
  for await (const row of openRows(file, options).rows) if (row.kind === "document" || ++seen >= MOST_ROWS) return;
}
