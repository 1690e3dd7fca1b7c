/** @file The built package, for tests that start its programs. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../base/package.js";

const STAMP = join(PACKAGE_ROOT, "dist", ".tsbuildinfo");

/** Builds dist/ when a source is newer than the last build. */
export function ensureBuilt(): void {
  const builtAt = existsSync(STAMP) ? statSync(STAMP).mtimeMs : 0;
  const sources = readdirSync(join(PACKAGE_ROOT, "src"), { recursive: true, withFileTypes: true });
  const isSource = (name: string) => name.endsWith(".ts") && !name.endsWith(".test.ts");
  if (sources.every(({ name, parentPath }) => !isSource(name) || statSync(join(parentPath, name)).mtimeMs <= builtAt))
    return;
  try {
    execFileSync("npm", ["run", "--silent", "build"], { cwd: PACKAGE_ROOT });
    utimesSync(STAMP, new Date(), new Date()); // the compiler leaves it alone when nothing has changed
  } catch {
    // Type errors elsewhere do not keep the compiler from writing; `npm run types` is what reports them.
  }
}
