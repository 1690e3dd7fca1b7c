/** @file Which files a corpus is made of: the paths given, folders opened, sorted. */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../base/errors.js";

/** A readable file and the name results are reported under: its path below the folder given, without extension. */
export interface SourceFile {
  path: string;
  source: string;
}

const READABLE = /\.(jsonl|ndjson|jsonl\.gz|ndjson\.gz|txt|txt\.gz)$/;

/**
 * Lists the text files at the given paths; folders are searched recursively, in sorted order.
 * @throws UserError when a path is missing, is a file of another kind, or holds no readable file.
 */
export function findSources(paths: readonly string[]): SourceFile[] {
  return paths.flatMap((path) => {
    const kind = statSync(path, { throwIfNoEntry: false });
    if (!kind) throw new UserError(`${path} does not exist. Check the path.`);
    if (!kind.isDirectory()) {
      if (!READABLE.test(path)) {
        throw new UserError(`${path} is not a kind of file read here: give .jsonl, .jsonl.gz or .txt.`);
      }
      return [{ path, source: basename(path).replace(READABLE, "") }];
    }
    const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => READABLE.test(name));
    if (names.length === 0) throw new UserError(`${path} holds no .jsonl, .jsonl.gz or .txt file.`);
    return names.sort().map((name) => ({
      path: join(path, name),
      source: name.replaceAll("\\", "/").replace(READABLE, ""),
    }));
  });
}
