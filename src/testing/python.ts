/** @file The Python that judges: where it is, and what it has. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_ROOT } from "../base/package.js";

/** A Python that can import `module`: LACUNA_PYTHON, the project's .venv, or python3. */
export function pythonWith(module: string): string | undefined {
  const candidates = [process.env.LACUNA_PYTHON, join(PACKAGE_ROOT, ".venv/bin/python"), "python3"];
  return candidates.find((python) => {
    if (!python || (python.includes("/") && !existsSync(python))) return false;
    return spawnSync(python, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
  });
}
