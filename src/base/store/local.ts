/**
 * @file A folder as a Store.
 *
 * Writes go to `.tmp/` in the same file system, are fsynced, and are renamed into place (or linked, where an existing
 * object must win); then the folder is fsynced, so that a rename survives a power cut.
 */
import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { UserError } from "../errors.js";
import { checkName } from "./names.js";
import type { Chunks, Store } from "./store.js";

const TEMPORARY = ".tmp";

/** Opens a folder; it is made when something is written. */
export function localStore(directory: string): Store {
  const root = resolve(directory);
  const pathOf = (name: string) => {
    const path = resolve(root, checkName(name, directory));
    if (!path.startsWith(root + sep)) throw new Error(`"${name}" is not a name inside ${directory}`);
    return path;
  };
  const failed = (name: string, error: unknown, doing: string) => {
    const { code } = error as NodeJS.ErrnoException;
    if (!code || error instanceof UserError) return error;
    return new UserError(`Cannot ${doing} ${join(directory, name)}: ${REASONS[code] ?? code}.`, { cause: error });
  };

  /** Writes a temporary file; `place` gives it its name. */
  const placed = async (name: string, chunks: Chunks, place: (temporary: string, path: string) => Promise<void>) => {
    const path = pathOf(name);
    const temporary = join(root, TEMPORARY, randomUUID());
    try {
      for (const folder of [dirname(temporary), dirname(path)]) {
        refuseOutside(root, folder);
        await mkdir(folder, { recursive: true });
      }
      const file = await open(temporary, "wx");
      try {
        await writeAll(file, chunks);
        await file.sync();
      } finally {
        await file.close();
      }
      await place(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      throw failed(name, error, "write");
    } finally {
      await rm(temporary, { force: true });
    }
  };

  const reading = async <Result>(name: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> => {
    let file: FileHandle | undefined;
    try {
      file = await open(pathOf(name), "r");
      return await use(file);
    } catch (error) {
      throw failed(name, error, "read");
    } finally {
      await file?.close();
    }
  };

  return {
    uri: directory,
    async size(name) {
      const found = lstatSync(pathOf(name), { throwIfNoEntry: false });
      return found?.isFile() ? found.size : undefined;
    },
    read: (name) => reading(name, async (file) => readFully(file, 0, (await file.stat()).size, name)),
    readRange: (name, start, end) => reading(name, (file) => readFully(file, start, end, name)),
    async list(prefix) {
      const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      if (folder) pathOf(folder);
      const names: string[] = [];
      try {
        for await (const name of walk(root, folder)) if (name.startsWith(prefix)) names.push(name);
      } catch (error) {
        throw failed(prefix, error, "list");
      }
      return names.sort();
    },
    write: (name, chunks) => placed(name, chunks, rename),
    async create(name, chunks) {
      let isNew = true;
      await placed(name, chunks, async (temporary, path) => {
        await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
          isNew = false;
        });
      });
      return isNew;
    },
    async remove(name) {
      await rm(pathOf(name), { recursive: true, force: true }).catch((error) => {
        throw failed(name, error, "remove");
      });
    },
    sweep: () => rm(join(root, TEMPORARY), { recursive: true, force: true }),
  };
}

const REASONS: Record<string, string> = {
  ENOENT: "it does not exist",
  ENOSPC: "the disk is full. Free some space and run the same command again; what is finished is kept",
  EDQUOT: "the disk quota is used up. Free some space and run the same command again; what is finished is kept",
  EROFS: "the file system is read-only. Give another --out, or make it writable",
  EACCES: "permission is denied. Give another --out, or change its permissions",
  EPERM: "the operation is not permitted. Give another --out, or change its permissions",
};

/** Names of the files below a folder; `folder` is "" or ends in "/". What others remove meanwhile is not there. */
async function* walk(root: string, folder: string): AsyncGenerator<string> {
  if (folder === `${TEMPORARY}/`) return;
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  for (const entry of entries) {
    if (entry.isDirectory()) yield* walk(root, `${folder}${entry.name}/`);
    else if (entry.isFile()) yield folder + entry.name;
  }
}

async function writeAll(file: FileHandle, chunks: Chunks): Promise<void> {
  if (typeof chunks === "string" || chunks instanceof Uint8Array) await file.writeFile(chunks);
  else for await (const chunk of chunks) await file.writeFile(chunk);
}

async function readFully(file: FileHandle, start: number, end: number, name: string) {
  const bytes = new Uint8Array(new ArrayBuffer(end - start));
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, 1 << 30), start + done);
    if (bytesRead === 0) throw new UserError(`${name} ends at byte ${start + done}, ${end} were expected.`);
    done += bytesRead;
  }
  return bytes;
}

/** A link planted below the root must not lead our writes out of it. What does not exist yet leads nowhere. */
function refuseOutside(root: string, folder: string): void {
  let existing = folder;
  while (existing !== root && !existsSync(existing)) existing = dirname(existing);
  if (existing === root) return;
  const real = realpathSync(root);
  const target = realpathSync(existing);
  if (target !== real && !target.startsWith(real + sep)) {
    throw new UserError(`${existing} leads outside ${root}, to ${target}. Remove the link.`);
  }
}

/** Not every file system can fsync a folder; where it cannot, the rename is as durable as that system makes it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
