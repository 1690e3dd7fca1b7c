/** @file Input files on disk: a file, a folder searched through, or a glob. */
import { readdirSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";
import { globSync } from "tinyglobby";
import { UserError } from "../../base/errors.js";
import { globBase, isGlob } from "./glob.js";
import { kindOf, READABLE, withoutExtension } from "./kinds.js";
import type { InputFile } from "./types.js";

/**
 * The files a path on disk stands for, sorted. Folders are searched recursively; hidden files are left out.
 * @throws UserError when nothing is there, it is another kind of file, or a link inside a folder leads outside it
 */
export function findLocal(given: string): InputFile[] {
  const stats = statSync(given, { throwIfNoEntry: false });
  if (!stats) {
    if (isGlob(given)) return findGlob(given);
    throw new UserError(`${given} does not exist. Check the path.`);
  }
  if (stats.isDirectory()) return findFolder(given);
  if (!kindOf(given)) throw new UserError(`${given} is not a kind of file read here: give ${READABLE}.`);
  return [inputFile(given, basename(given), stats)];
}

function findGlob(given: string): InputFile[] {
  const pattern = given.replaceAll("\\", "/");
  const base = resolve(globBase(pattern) || ".")
    .replaceAll("\\", "/")
    .replace(/\/?$/, "/");
  const found = globSync(pattern, { absolute: true, expandDirectories: false, followSymbolicLinks: false });
  const files = found.filter((path) => kindOf(path)).sort();
  if (files.length === 0) throw new UserError(`No file matches ${given} that is ${READABLE}.`);
  return files.map((path) => inputFile(path, path.slice(base.length), statSync(path)));
}

function findFolder(folder: string): InputFile[] {
  const root = realpathSync(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(join(folder, sep).length).replaceAll("\\", "/");
    if (/(^|\/)\./.test(name) || entry.isDirectory()) return [];
    if (entry.isSymbolicLink() && !isFileInside(path, root)) return [];
    const stats = kindOf(name) && statSync(path);
    return stats?.isFile() ? [inputFile(path, name, stats)] : [];
  });
  if (files.length === 0) throw new UserError(`${folder} holds no file that is ${READABLE}.`);
  return files.sort((a, b) => (a.uri < b.uri ? -1 : 1));
}

/** Whether a link in a folder is a file of its own there: not of a folder or file that is found by its own name anyway. */
function isFileInside(path: string, root: string): boolean {
  let target: string;
  try {
    target = realpathSync(path);
  } catch {
    if (!kindOf(path)) return false;
    throw new UserError(`${path} is a link to ${readlinkSync(path)}, which does not exist. Remove the link.`);
  }
  const isFolder = statSync(target).isDirectory();
  const isInside = target.startsWith(root + sep) || target === root;
  if (!isInside && (isFolder || kindOf(path))) {
    throw new UserError(
      `${path} is a link to ${target}, outside the folder given. Give that path itself, or remove it.`,
    );
  }
  return isInside && !isFolder && !kindOf(target);
}

function inputFile(path: string, name: string, stats: Stats): InputFile {
  return { uri: resolve(path), source: withoutExtension(name), bytes: stats.size };
}
