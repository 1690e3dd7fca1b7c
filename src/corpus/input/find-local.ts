/** @file Input files on disk: a file, a folder searched through, or a glob. */
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { UserError } from "../../base/errors.js";
import { globBase, globFolders, globPattern, isGlob } from "./glob.js";
import { kindOf, READABLE, withoutExtension } from "./kinds.js";
import { type Found, HIDDEN, isHidden, sift } from "./unread.js";
import { readableIn, walk } from "./walk.js";

/**
 * The files a path on disk stands for. Folders are searched recursively; however a folder is spelled, or linked to, its files
 * are the same. A path that exists is meant as it is, whatever special characters it has.
 * @throws UserError when nothing is there, or it is another kind of file
 */
export function findLocal(given: string): Found {
  const stats = statSync(given, { throwIfNoEntry: false });
  if (!stats) {
    if (isGlob(given)) return findGlob(given);
    throw new UserError(`${given} does not exist. Check the path.`);
  }
  if (stats.isDirectory()) return findFolder(given);
  if (!kindOf(given)) throw new UserError(`${given} is not a kind of file read here: give ${READABLE}.`);
  const name = basename(given);
  const uri = join(realpathSync.native(dirname(given)), name);
  return { files: [{ uri, source: withoutExtension(name), bytes: stats.size }], unread: [] };
}

function findFolder(folder: string): Found {
  const root = realpathSync.native(folder);
  const isEntered = (name: string) => !isHidden(name);
  const { listed, unread, passed } = walk(root, { isWanted: () => true, isEntered });
  const found = sift(listed, false);
  if (found.files.length === 0) throw new UserError(`${folder} holds no file that is ${READABLE}.`);
  const hidden = readableIn(root, passed).map((uri) => ({ uri, why: HIDDEN }));
  return { files: found.files, unread: [...unread, ...found.unread, ...hidden] };
}

function findGlob(given: string): Found {
  const pattern = sep === "\\" ? given.replaceAll("\\", "/") : given;
  const { base, rest } = globBase(pattern);
  const matches = globPattern(rest);
  const isThere = statSync(base || ".", { throwIfNoEntry: false })?.isDirectory();
  const { listed, unread } = isThere
    ? walk(realpathSync.native(base || "."), {
        isWanted: (name) => matches.test(name),
        isEntered: globFolders(rest),
      })
    : { listed: [], unread: [] };
  const found = sift(listed, true);
  if (found.files.length === 0) throw new UserError(`No file matches ${given} that is ${READABLE}.`);
  return { files: found.files, unread: [...unread, ...found.unread] };
}
