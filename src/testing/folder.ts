/** @file A folder for one test, removed afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes an empty folder that is gone when the running test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
