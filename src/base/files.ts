/**
 * @file Files that are whole or absent.
 *
 * Everything is written to a temporary name beside its target, flushed to disk and renamed, so no reader ever sees a
 * half-written file and a crash leaves at most a `.tmp-` file that the next run may delete.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { prettifyError } from "zod";
import { jsonProblem, UserError } from "./errors.js";

/**
 * Writes a file atomically: temporary name, fsync, rename. Chunks are written in order.
 * @throws UserError when the disk is full or cannot be written
 */
export async function writeFileAtomic(path: string, chunks: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.tmp-${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
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
    await rm(temporary, { force: true }).catch(() => {});
    throw unwritable(error, path);
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
    throw new UserError(`${path} is not JSON: ${jsonProblem(error)}.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UserError(`${path} is not as expected:\n${prettifyError(parsed.error)}`);
  return parsed.data;
}

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full. Free some space",
  EDQUOT: "the disk quota is used up. Free some space",
  EFBIG: "the file is larger than is allowed here. Give another --out",
  EIO: "the disk reports an error. Give another --out",
  EROFS: "the file system is read-only. Give another --out",
  EACCES: "permission is denied. Give another --out, or change its permissions",
  EPERM: "the operation is not permitted. Give another --out, or change its permissions",
  ENOTDIR: "a part of the path is a file. Give another --out",
  ENAMETOOLONG: "its name is too long. Give another --out",
};

/** What a disk refused, as something to mend; any other error as it is. @param out - what was being written */
export function unwritable(error: unknown, out: string): unknown {
  const { code = "", syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  const target = resolve(out);
  const isElsewhere = path !== undefined && !resolve(path).startsWith(target) && !target.startsWith(resolve(path));
  if (!(code in REASONS) || syscall === "read" || isElsewhere || error instanceof UserError) return error;
  return new UserError(
    `Cannot write ${out}: ${REASONS[code]} and run the same command again; what is finished is kept.`,
    { cause: error },
  );
}
