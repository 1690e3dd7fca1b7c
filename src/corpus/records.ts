/** @file Records of JSONL files (.gz, .zst) against a schema, streamed and strict: the first wrong line stops it. */
import { z } from "zod";
import { jsonProblem, UserError } from "../base/errors.js";
import { readLines } from "./lines.js";

/**
 * Yields every record; blank lines are skipped.
 * @param what - what a record should be, for the message
 * @throws UserError naming file and line of what is no such record
 */
export async function* readRecords<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  what: string,
): AsyncGenerator<z.output<Schema>> {
  let number = 0;
  for await (const line of readLines(path)) {
    number++;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new UserError(`${path}:${number} is not JSON: ${jsonProblem(error)}.`);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new UserError(`${path}:${number} is not ${what}:\n${z.prettifyError(parsed.error)}`);
    yield parsed.data;
  }
}
