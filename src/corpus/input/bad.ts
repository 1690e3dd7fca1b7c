/** @file Rows that could not be read: why, where, and what they look like. */
import { grouped } from "../../base/errors.js";
import { NoText, reasonOf } from "./decode.js";
import type { BadRow, Origin } from "./types.js";

const EXCERPT_LENGTH = 200;

/** Damage to the file itself, of unknown extent. Becomes a lost stretch or rest of the file, never leaves this folder. */
export class Damage extends Error {
  override name = "Damage";
  /** Where reading stopped, byte of the stored file, where known: behind it lies what is lost. */
  at?: number;
  /** As of a bad row. */
  lacksText?: true;
  constructor(
    /** One clause: "the gzip stream is truncated". */
    readonly reason: string,
    /** Where in the file: "byte 1,024 of the decompressed stream". */
    readonly position: string,
    readonly excerpt = "",
  ) {
    super(`${reason} at ${position}`);
  }
}

/** The file ends too early: what is lost is not in it. */
export class Truncated extends Damage {
  override name = "Truncated";
}

/** Damage behind which nothing is looked for: reading on might take hours to say nothing. */
export class GivenUp extends Damage {
  override name = "GivenUp";
}

export function badRow(row: number, reason: string, position: string, start: Uint8Array | string = ""): BadRow {
  return { kind: "bad", row, reason: escapeControls(reason), position, excerpt: excerptOf(start), extent: "record" };
}

/** The row of a record that is bad. @throws what is not the record's fault */
export function badRecordRow(row: number, error: unknown, position: string, start: Uint8Array | string): BadRow {
  const bad = badRow(row, reasonOf(error), position, start);
  return error instanceof NoText ? { ...bad, lacksText: true } : bad;
}

/** A stretch of a file that is lost, or its rest. @param bytes - how many, where known */
export function lostRow(row: number, damage: Damage, extent: "stretch" | "rest", bytes?: number): BadRow {
  const { reason, position, excerpt, lacksText } = damage;
  const lost: BadRow = { kind: "bad", row, reason: escapeControls(reason), position, excerpt, extent };
  return { ...lost, ...(lacksText && { lacksText }), ...(bytes !== undefined && { bytes }) };
}

/** The start of a file, where positions are said without more. */
export const FILE_START: Origin = { row: 0, after: "" };

/** "line 12". @param index - from 0, counted from the origin on */
export function linePosition(index: number, { after }: Origin = FILE_START): string {
  return `line ${grouped(index + 1)}${after}`;
}

/** The first bytes, printable: everything but ASCII is written \xNN, and a backslash twice. At most 200 characters. */
export function excerptOf(start: Uint8Array | string): string {
  const bytes = typeof start === "string" ? Buffer.from(start.slice(0, EXCERPT_LENGTH)) : start;
  let excerpt = "";
  for (const byte of bytes.subarray(0, EXCERPT_LENGTH)) {
    const piece = byte === 92 ? "\\\\" : byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${hex(byte)}`;
    if (excerpt.length + piece.length > EXCERPT_LENGTH) break;
    excerpt += piece;
  }
  return excerpt;
}

/** Reasons may quote the input: no control characters, no lone surrogates, no length without end. */
function escapeControls(reason: string): string {
  return reason.slice(0, 300).replace(/[\p{Cc}\p{Cs}]/gu, (character) => `\\x${hex(character.charCodeAt(0))}`);
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}
