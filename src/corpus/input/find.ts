/** @file Which files are read: everything given, opened up, sorted, each once. */
import { UserError } from "../../base/errors.js";
import { findLocal } from "./find-local.js";
import type { InputFile } from "./types.js";
import { type Found, sayUnread, type Unread } from "./unread.js";

/**
 * Lists the input files that paths stand for, sorted by URI.
 *
 * @param given - files, folders, globs, s3://bucket/key-or-prefix-or-glob, hf://datasets/owner/name[@revision]/path-or-glob
 * @param onUnread - told what stands beside them and is not read; by default it is said on stderr
 * @returns at least one file; one reached in two ways (a folder and a file in it) is listed once
 * @throws UserError when one is missing or holds nothing that is read, is given twice, or two files have one source name
 */
export async function findInputs(given: readonly string[], onUnread = sayUnread): Promise<InputFile[]> {
  const files = (await findInOrder(given, onUnread)).sort((a, b) => (a.uri < b.uri ? -1 : 1));
  const bySource = new Map<string, string>();
  for (const { uri, source } of files) {
    const other = bySource.get(source);
    if (other !== undefined) {
      throw new UserError(
        `${other} and ${uri} would both be reported as "${source}". Give the folder above, or rename one.`,
      );
    }
    bySource.set(source, uri);
  }
  return files;
}

/** The same files in the order given, each path's sorted; source names may repeat. @throws UserError */
export async function findInOrder(given: readonly string[], onUnread = sayUnread): Promise<InputFile[]> {
  if (given.length === 0) throw new UserError("No input is given. Name files, folders, globs, s3:// or hf:// paths.");
  const twice = given.find((path, index) => given.indexOf(path) !== index);
  if (twice !== undefined) throw new UserError(`${twice} is given twice. Give each input once.`);
  const files = new Map<string, InputFile>();
  const unread = new Map<string, Unread>();
  for (const path of given) {
    const found = await find(path);
    for (const file of found.files) if (!files.has(file.uri)) files.set(file.uri, file);
    for (const one of found.unread) unread.set(one.uri, one);
  }
  for (const uri of files.keys()) unread.delete(uri);
  if (unread.size > 0) onUnread([...unread.values()]);
  return [...files.values()];
}

async function find(path: string): Promise<Found> {
  if (path.startsWith("s3://")) return (await import("./s3.js")).findS3(path);
  if (path.startsWith("hf://")) return (await import("./hub.js")).findHub(path);
  if (/^[a-z0-9+.-]{2,}:\/\//i.test(path)) {
    throw new UserError(`${path} cannot be read: give a path, s3://bucket/key or hf://datasets/owner/name/path.`);
  }
  return findLocal(path);
}
