/**
 * @file Files that are whole or absent.
 *
 * Everything is written to a temporary name beside its target, flushed to disk and renamed, so no reader ever sees a
 * half-written file and a crash leaves at most a `.tmp-` file that the next run may delete.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { prettifyError } from "zod";
import { UserError } from "./errors.js";

/** Writes a file atomically: temporary name, fsync, rename. Chunks are written in order. */
export async function writeFileAtomic(path: string, chunks: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.tmp-${randomUUID()}`;
  try {
    const file = await open(temporary, "wx");
    try {
      if (typeof chunks === "string" || chunks instanceof Uint8Array) await file.writeFile(chunks);
      else for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes JSON atomically, indented, with a final newline. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Reads a whole text file. @throws UserError when it is missing, a folder or unreadable. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}. Check the path.`);
  }
}

/** Reads JSON and checks it against a schema. @throws UserError naming the file and every field that is wrong. */
export function readJson<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message}.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UserError(`${path} is not as expected:\n${prettifyError(parsed.error)}`);
  return parsed.data;
}
