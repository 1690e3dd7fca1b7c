/** @file Runs a Python judge. Tests that need one skip, saying so, where LACUNA_PYTHON is not set (see run.sh). */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const PYTHON = process.env.LACUNA_PYTHON;

/** Whether the judge can import a package; says so where it cannot. */
export function hasPython(module: string): boolean {
  if (!PYTHON) return false;
  const { status } = spawnSync(PYTHON, ["-c", `import ${module}`]);
  if (status !== 0) console.log(`skipped: ${PYTHON} has no ${module}; see interop/requirements.txt`);
  return status === 0;
}

/** Runs interop/<script> and returns what it printed. */
export function python(script: string, ...args: string[]): string {
  return pythonAt(PYTHON!, script, ...args);
}

/** The same with an interpreter of its own, for packages that do not go with the others. */
export function pythonAt(executable: string, script: string, ...args: string[]): string {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const printed = execFileSync(executable, [path, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  process.stdout.write(printed);
  return printed;
}

/** Relative distance of two arrays in the Euclidean norm. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / Math.max(norm, 1e-300));
}
