/** @file What stored values mean: text, numbers, instants and decimals, each exact and readable. */
import { isUtf8 } from "node:buffer";
import type { SchemaElement, SchemaTree } from "hyparquet";
import { BadRecord, decodeUtf8 } from "../decode.js";
import { isList } from "./schema.js";

/**
 * A stored value with the meaning its column gives it: strings, numbers, bigints, booleans, null, and arrays and plain
 * objects of them. Dates and times are written as ISO 8601 with all digits stored, decimals with all of theirs, bytes that
 * are no text in hexadecimal.
 *
 * @throws BadRecord when what is said to be text is not UTF-8
 */
export function meaningOf(value: unknown, node: SchemaTree): unknown {
  if (value === null || value === undefined) return null;
  const { element, children } = node;
  if (children.length === 0) {
    return Array.isArray(value) ? value.map((item) => meaningOf(item, node)) : leafMeaning(value as Stored, element);
  }
  if (Array.isArray(value)) {
    const item = isList(element) && children.length === 1 ? itemOf(children[0]) : node;
    return value.map((entry) => meaningOf(entry, item));
  }
  const fields: Record<string, unknown> = Object.create(null);
  for (const child of children) {
    fields[child.element.name] = meaningOf((value as Record<string, unknown>)[child.element.name], child);
  }
  return fields;
}

/** A list has one repeated group of one element; old writers leave the group out. */
function itemOf(repeated: SchemaTree): SchemaTree {
  return repeated.children.length === 1 ? repeated.children[0] : repeated;
}

/** Decimals of a thousand digits and more are nobody's. */
const MAX_DECIMAL_BYTES = 400;

type Stored = Uint8Array | number | bigint | boolean;

/** Digits below a second. */
const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;
type Unit = keyof typeof DIGITS;

function leafMeaning(value: Stored, element: SchemaElement): unknown {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (type === "BOOLEAN" || type === "FLOAT" || type === "DOUBLE") return value;
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") return decimal(asBigInt(value), scaleOf(element));
  if (value instanceof Uint8Array) {
    if (type === "BYTE_ARRAY" && (isText(element) || isUtf8(value))) return decodeUtf8(value);
    const hex = Buffer.from(value).toString("hex");
    return logical?.type === "UUID" ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : hex;
  }
  if (type === "INT96") return instant(asBigInt(value), "NANOS");
  if (converted === "DATE" || logical?.type === "DATE") return day(asBigInt(value));
  if (logical?.type === "TIMESTAMP") return instant(asBigInt(value), logical.unit, logical.isAdjustedToUTC);
  if (logical?.type === "TIME") return timeOfDay(asBigInt(value), logical.unit);
  const [, kind, unit] = /^(TIMESTAMP|TIME)_(MILLIS|MICROS)$/.exec(converted ?? "") ?? [];
  if (kind === "TIMESTAMP") return instant(asBigInt(value), unit as Unit, true);
  if (kind === "TIME") return timeOfDay(asBigInt(value), unit as Unit);
  const isUnsigned = converted?.startsWith("UINT_") || (logical?.type === "INTEGER" && !logical.isSigned);
  if (isUnsigned && typeof value === "bigint") return BigInt.asUintN(64, value);
  if (isUnsigned && type === "INT32") return (value as number) >>> 0;
  return value;
}

/** Whether bytes are said to be text. Old writers do not say so of any. */
function isText({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return /^(UTF8|ENUM|JSON)$/.test(converted ?? "") || /^(STRING|ENUM|JSON)$/.test(logical?.type ?? "");
}

/** Bytes are a number in two's complement, its highest byte first. */
function asBigInt(value: Stored): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  if (value.length > MAX_DECIMAL_BYTES) throw new BadRecord(`has a decimal of ${value.length} bytes`);
  return value.length === 0 ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${Buffer.from(value).toString("hex")}`));
}

function scaleOf({ scale, logical_type: logical }: SchemaElement): number {
  const found = scale ?? (logical?.type === "DECIMAL" ? logical.scale : 0) ?? 0;
  return found >= 0 && found <= 1000 ? found : 0;
}

/** -12345 with scale 3 is "-12.345". */
function decimal(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${value < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
}

function day(days: bigint): string {
  return instant(days * 86_400_000n, "MILLIS").split("T")[0];
}

/** @returns ISO 8601 with all digits of the unit; the number itself where it is too far away for a calendar */
function instant(value: bigint, unit: Unit, isUtc = false): string {
  const perSecond = 10n ** BigInt(DIGITS[unit]);
  const below = ((value % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((value - below) / perSecond) * 1000);
  if (Number.isNaN(date.getTime())) return String(value);
  return `${date.toISOString().slice(0, -5)}.${String(below).padStart(DIGITS[unit], "0")}${isUtc ? "Z" : ""}`;
}

function timeOfDay(value: bigint, unit: Unit): string {
  return instant(value, unit).split("T")[1] ?? String(value);
}
