/** @file From a record's fields to a row: the same rules for every format that has fields. */
import { grouped } from "../../base/errors.js";
import { BadRecord, isWellFormed, NoText } from "./decode.js";
import type { DocumentRow, EmptyRow, ReadOptions } from "./types.js";

/** Longest id, UTF-16 units: an id is repeated in results, so it may not be as long as a text. */
const MAX_ID_LENGTH = 4096;

/** The value of a field, or undefined: what objects inherit ("constructor") is no field. */
export function fieldOf(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}

/**
 * @param record - fields by name; the text must be a string
 * @returns the document, or an empty row when the text is white space
 * @throws BadRecord when the text is missing, no string or has no UTF-8, or the id is unusable
 */
export function rowOf(record: object, row: number, source: string, options: ReadOptions): DocumentRow | EmptyRow {
  const text = fieldOf(record, options.textField);
  if (typeof text !== "string") {
    if (Object.hasOwn(record, options.textField)) {
      if (text === null) throw new BadRecord(`has no text in "${options.textField}": it is null`);
      const type = Array.isArray(text) ? "an array" : `a ${typeof text}`;
      throw new NoText(`has no text in "${options.textField}": it is ${type}`);
    }
    const names = Object.keys(record);
    const shown = names.slice(0, 8).map((name) => name.slice(0, 40));
    throw new NoText(
      `has no text in "${options.textField}"; its fields are ${shown.join(", ")}${names.length > 8 ? ", ..." : ""}`,
    );
  }
  if (!isWellFormed(text)) throw new BadRecord("has a text with a lone surrogate, which has no UTF-8");
  if (isBlank(text)) return { kind: "empty", row };
  const id = idOf(fieldOf(record, options.idField)) ?? `${source}:${row}`;
  return { kind: "document", row, id, text, ...(options.keepFields && { fields: pick(record, options.keepFields) }) };
}

/**
 * An id as text. Numbers are written out; a number JSON cannot hold exactly would name several records, so it counts as
 * no id.
 */
function idOf(value: unknown): string | undefined {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number")
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : `${value}`;
  if (typeof value !== "string" || value === "") return undefined;
  if (value.length > MAX_ID_LENGTH) {
    throw new BadRecord(
      `has an id of ${grouped(value.length)} characters; at most ${grouped(MAX_ID_LENGTH)} are taken`,
    );
  }
  if (!isWellFormed(value)) throw new BadRecord("has an id with a lone surrogate, which has no UTF-8");
  return value;
}

/** Whether there is nothing but white space, without a copy of the text. */
export function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

function pick(record: object, names: readonly string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of names) if (Object.hasOwn(record, name)) fields[name] = fieldOf(record, name);
  return fields;
}
