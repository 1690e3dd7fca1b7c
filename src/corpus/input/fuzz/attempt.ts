/**
 * @file Reads one broken file and checks what every reader promises of any input.
 *
 * The outcome is rows, bad rows or a UserError; whatever else is thrown is a crash and passes through.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../base/errors.js";
import { random } from "../../../base/random.js";
import { openRows } from "../rows.js";
import type { ReadOptions, Row } from "../types.js";
import { lettersOf, unaccounted } from "./account.js";
import { mutate } from "./mutate.js";
import { filesToBreak } from "./valid.js";

/** A mebibyte: small files must not need more. */
export const FUZZ_OPTIONS: ReadOptions = {
  textField: "text",
  idField: "id",
  maxRecordBytes: 2 ** 20,
  keepFields: ["domain"],
  mayLackText: true,
};

export interface Outcome {
  documents: number;
  empty: number;
  /** Records that are bad. */
  bad: number;
  /** Stretches and rests of the file that are lost. */
  lost: number;
  /** Of all documents' texts, characters that are no white space. */
  letters: number;
  /** Whether the file could not be read to its end. */
  isCutShort: boolean;
  /** The message of a UserError. */
  error?: string;
}

/** The names of the files there are to break. */
export function fuzzTargets(): string[] {
  return [...filesToBreak().keys()];
}

const originals = new Map<string, Outcome>();

/** Breaks the named file, the same way for the same seed, and reads it. @throws Error when a promise is broken */
export async function attempt(name: string, seed: number, folder: string): Promise<Outcome> {
  const file = filesToBreak().get(name)!;
  const path = join(folder, name);
  if (!originals.has(name)) originals.set(name, await written(path, file));
  const bytes = mutate(file, random(seed, `fuzz:${name}`));
  const outcome = await written(path, bytes);
  const missing = unaccounted(name, originals.get(name)!, bytes, outcome);
  check(missing === undefined, `loss without a count: ${missing}`);
  return outcome;
}

function written(path: string, bytes: Uint8Array): Promise<Outcome> {
  writeFileSync(path, bytes);
  return readChecked(path, bytes);
}

/** Reads a file whole. @throws Error when a promise is broken */
export async function readChecked(path: string, bytes: Uint8Array): Promise<Outcome> {
  const outcome: Outcome = { documents: 0, empty: 0, bad: 0, lost: 0, letters: 0, isCutShort: false };
  try {
    const { rows, digest } = openRows({ uri: path, source: "fuzz", bytes: bytes.length }, FUZZ_OPTIONS);
    let next = 0;
    for await (const row of rows) {
      check(!outcome.isCutShort, "a row follows the bad rest");
      check(row.row === next++, `row ${row.row} comes where ${next - 1} is due`);
      count(outcome, row);
    }
    const { sha256, bytes: size } = await digest();
    check(size === bytes.length && sha256 === createHash("sha256").update(bytes).digest("hex"), "the digest is wrong");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    outcome.error = error.message;
  }
  return outcome;
}

function count(outcome: Outcome, row: Row) {
  if (row.kind === "empty") outcome.empty++;
  else if (row.kind === "bad") {
    if (row.extent === "record") outcome.bad++;
    else outcome.lost++;
    outcome.isCutShort = row.extent === "rest";
    check(row.reason !== "" && row.position !== "" && row.excerpt.length <= 200, "a bad row does not say why or where");
    check(/^[\x20-\x7e]*$/.test(row.excerpt), "an excerpt is not printable");
  } else {
    outcome.documents++;
    outcome.letters += lettersOf(row.text);
    check(/\S/.test(row.text), "a document is blank");
    check(Buffer.from(row.text).toString() === row.text && Buffer.from(row.id).toString() === row.id, "no UTF-8");
    check(Buffer.byteLength(row.text) <= FUZZ_OPTIONS.maxRecordBytes, "a document is longer than allowed");
  }
}

function check(isKept: boolean, broken: string): asserts isKept {
  if (!isKept) throw new Error(`The reader broke a promise: ${broken}.`);
}
