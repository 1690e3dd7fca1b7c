/**
 * @file The files below a folder on disk, links followed, each file once.
 *
 * A Hugging Face cache keeps a dataset as links to blobs outside the folder, and people spread a corpus over disks with
 * links; so a link is read under its own name. A file that is reached in several ways is read under its own name, or else
 * under the first of its links.
 */
import { type Dirent, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../../base/errors.js";
import { kindOf } from "./kinds.js";
import type { Listed, Unread } from "./unread.js";

interface Walk {
  /** Names of files that are wanted, and of folders to look into; both below the root, with slashes. */
  isWanted(name: string): boolean;
  isEntered(folder: string): boolean;
}

interface Walked {
  listed: Listed[];
  unread: Unread[];
  /** Names of folders that were not looked into. */
  passed: string[];
}

/**
 * @param root - real path of a folder
 * @throws UserError when a folder cannot be listed, or a file that is wanted is a link to nothing
 */
export function walk(root: string, { isWanted, isEntered }: Walk): Walked {
  const listed: (Listed & { real: string })[] = [];
  const unread: Unread[] = [];
  const passed: string[] = [];
  /** Real paths of folders, and of files that are read. */
  const seen = new Set<string>();
  const links: string[] = [];
  const pathOf = (name: string) => join(root, name);
  const enter = (folder: string, real: string) => {
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of list(pathOf(folder))) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) links.push(name);
      else if (entry.isFile()) take(name, join(real, entry.name));
      else if (entry.isDirectory() && isEntered(name)) enter(name, join(real, entry.name));
      else if (entry.isDirectory()) passed.push(name);
    }
  };
  const take = (name: string, real: string) => {
    if (!isWanted(name)) return;
    if (kindOf(name) && seen.has(real)) {
      unread.push({ uri: pathOf(name), why: "a link to a file that is read anyway" });
      return;
    }
    if (kindOf(name)) seen.add(real);
    listed.push({ uri: pathOf(name), name, bytes: statSync(real).size, real });
  };
  enter("", root);
  // Own names first: links may lead to what was found.
  for (const name of links) {
    const real = realOf(pathOf(name));
    if (real === undefined) {
      if (isWanted(name) && kindOf(name)) throw dangling(pathOf(name));
      continue;
    }
    const stats = statSync(real);
    const isAround = `${root}${sep}`.startsWith(real === sep ? sep : `${real}${sep}`);
    if (stats.isFile()) take(name, real);
    else if (isAround) unread.push({ uri: pathOf(name), why: "a link to a folder it is in" });
    else if (stats.isDirectory() && isEntered(name)) enter(name, real);
    else if (stats.isDirectory()) passed.push(name);
  }
  // What has another kind of name is read all the same when a link names it.
  return { listed: listed.filter(({ name, real }) => kindOf(name) || !seen.has(real)), unread, passed };
}

/** Files that could be read in folders that were not looked into; what they link to is left aside. */
export function readableIn(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true }).flatMap((entry) =>
      entry.isFile() && kindOf(entry.name) ? [join(entry.parentPath, entry.name)] : [],
    ),
  );
}

function dangling(path: string): UserError {
  return new UserError(`${path} is a link to ${readlinkSync(path)}, which does not exist. Remove the link.`);
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new UserError(`Cannot list ${folder}: ${(error as NodeJS.ErrnoException).code}. Check its permissions.`);
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
