/**
 * @file One process at a time in a folder, released by death however it comes.
 *
 * Owners are numbered files, `owner-000001` and on, each made whole and only if absent. Whoever comes next looks at the
 * highest: is its process alive, the folder is in use; is it dead or done, the next number is taken, which only one of
 * several can do. Numbers never go down, so nobody can take over from an owner that was looked at too long ago.
 */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../base/errors.js";

interface Owner {
  host: string;
  pid: number;
  /** When the process started, in the kernel's clock, where that can be read: numbers of processes are used again. */
  started?: string;
  isDone?: boolean;
}

const NAME = /^owner-(\d{6,})$/;

/** Takes a folder. @returns a function that gives it back @throws UserError when another process has it */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const numbers = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  const highest = Math.max(0, ...numbers.map(Number));
  const owner = highest > 0 ? readOwner(pathOf(folder, highest)) : undefined;
  if (owner && !isGone(owner)) throw inUse(folder, pathOf(folder, highest), owner);
  const path = pathOf(folder, highest + 1);
  const self: Owner = { host: hostname(), pid: process.pid, started: startOf(process.pid) };
  const temporary = join(folder, `.tmp-${randomUUID()}`);
  writeFileSync(temporary, JSON.stringify(self));
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw inUse(folder, path, readOwner(path) ?? self);
  } finally {
    rmSync(temporary, { force: true });
  }
  for (const number of numbers) rmSync(pathOf(folder, Number(number)), { force: true });
  return () => {
    const done = join(folder, `.tmp-${randomUUID()}`);
    writeFileSync(done, JSON.stringify({ ...self, isDone: true }));
    renameSync(done, path);
  };
}

function pathOf(folder: string, number: number): string {
  return join(folder, `owner-${String(number).padStart(6, "0")}`);
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

function isGone({ host, pid, started, isDone }: Owner): boolean {
  if (isDone) return true;
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const now = startOf(pid);
  return started !== undefined && now !== undefined && started !== now;
}

/** Field 22 of /proc/PID/stat; undefined where there is no such file. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function inUse(folder: string, path: string, { host, pid }: Owner): UserError {
  return new UserError(
    `${folder} is in use by process ${pid} on ${host}. Wait for it, or delete ${path} if it no longer runs.`,
  );
}
