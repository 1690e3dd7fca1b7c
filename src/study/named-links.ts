/**
 * @file Stable names for the steps of a study: `runs/demo/classifier` beside `runs/demo/steps/classifier-...-1ad87efa8e`.
 *
 * A step's folder is named by its key, which nobody can know beforehand. Each step, when it is made or found, gets a
 * link with the name that help and documents use. A link is a convenience: what is no link is never touched, and a
 * file system without links keeps the folders alone.
 */
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const NO_LINKS = ["EPERM", "EACCES", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

/** Makes `folder/name` lead to the step at `path`; what it led to before stays where it is. */
export function linkStep(folder: string, name: string, path: string): void {
  const link = join(folder, name);
  const target = relative(folder, path);
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there && (!there.isSymbolicLink() || readlinkSync(link) === target)) return;
  const fresh = join(dirname(link), `.${basename(link)}.tmp-${process.pid}`);
  try {
    mkdirSync(dirname(link), { recursive: true });
    rmSync(fresh, { force: true });
    symlinkSync(target, fresh, "junction"); // Windows needs no rights for a junction; elsewhere the kind is ignored
    if (there && process.platform === "win32") rmSync(link);
    renameSync(fresh, link);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
