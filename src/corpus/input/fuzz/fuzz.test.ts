import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../testing/folder.js";
import { attempt, fuzzTargets, readChecked } from "./attempt.js";
import { validFiles } from "./valid.js";

const MUTATIONS = 250;

describe.each(fuzzTargets())("the reader of %s", (name) => {
  it("reads the valid file whole", async () => {
    const bytes = validFiles().get(name)!;
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    const outcome = await readChecked(path, bytes);
    expect(outcome.isCutShort).toBe(false);
    expect(outcome.documents).toBeGreaterThan(0);
  });

  it(`turns ${MUTATIONS} broken copies into rows, bad rows or a clear error`, async () => {
    const folder = temporaryFolder();
    const first = Number(process.env.LACUNA_FUZZ_SEED ?? 1);
    for (let seed = first; seed < first + MUTATIONS; seed++) {
      const outcome = await attempt(name, seed, folder).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${(error as Error).stack}`);
      });
      expect(outcome.error, `seed ${seed}`).toBeUndefined();
    }
  });
});
