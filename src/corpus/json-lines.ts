/** @file Records of one of our own JSONL files, each checked against a schema. */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readLines } from "./lines.js";

/**
 * Yields records; empty lines are passed over.
 *
 * @param what - what a line should be: "a glossary entry"
 * @throws UserError naming file, line and field that is wrong
 */
export async function* readJsonLines<Schema extends z.ZodType>(
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
      throw new UserError(`${path}:${number} is not JSON: ${(error as Error).message}.`);
    }
    const record = schema.safeParse(value);
    if (!record.success) throw new UserError(`${path}:${number} is not ${what}:\n${z.prettifyError(record.error)}`);
    yield record.data;
  }
}
