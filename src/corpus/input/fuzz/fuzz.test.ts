import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../testing/folder.js";
import { unaccounted } from "./account.js";
import { attempt, fuzzTargets, readChecked } from "./attempt.js";
import { validFiles } from "./valid.js";

/** Of files that once went wrong, a tenth: the rest is for bench/fuzz.mjs. */
const mutationsOf = (name: string) => (validFiles().has(name) ? 250 : 25);

describe("the reader", () => {
  it.each([...validFiles()])("reads a valid %s whole", async (name, bytes) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, bytes);
    const outcome = await readChecked(path, bytes);
    expect(outcome).toMatchObject({ isCutShort: false, lost: 0 });
    expect(unaccounted(name, outcome, bytes, outcome)).toBeUndefined();
    expect(outcome.documents).toBeGreaterThan(0);
  });

  it.each(fuzzTargets())(
    "turns broken copies of %s into rows, bad rows or a clear error; none is lost uncounted",
    async (name) => {
      const folder = temporaryFolder();
      const first = Number(process.env.LACUNA_FUZZ_SEED ?? 1);
      for (let seed = first; seed < first + mutationsOf(name); seed++) {
        const outcome = await attempt(name, seed, folder).catch((error: unknown) => {
          throw new Error(`seed ${seed}: ${(error as Error).stack}`);
        });
        expect(outcome.error, `seed ${seed}`).toBeUndefined();
      }
    },
  );
});

describe("the account of a broken file", () => {
  const whole = { documents: 0, empty: 0, bad: 0, lost: 0, letters: 0, isCutShort: false };
  const files = validFiles();
  const lines = files.get("plain.jsonl")!;

  it.each([
    ["a.jsonl", lines, { ...whole, documents: 40, empty: 2, bad: 1 }, "43 of 44 records came out"],
    ["a.jsonl", lines, { ...whole, documents: 40, empty: 2, bad: 2 }, undefined],
    ["a.jsonl", lines, { ...whole, documents: 3, lost: 1 }, undefined],
    [
      "a.jsonl.gz",
      Buffer.concat([gzipSync("{}\n"), Buffer.from("x")]),
      { ...whole, bad: 1 },
      "another gzip decompressor finds damage",
    ],
    [
      "a.jsonl.zst",
      files.get("two-frames.jsonl.zst")!.subarray(0, -9),
      { ...whole, documents: 60 },
      "another zstd decompressor finds damage",
    ],
    ["a.txt", Buffer.from("some text"), { ...whole, documents: 1, letters: 7 }, "7 of 8 letters came out"],
    ["a.wet", files.get("pages.wet")!, { ...whole, documents: 18, empty: 1 }, "19 of 20 records came out"],
    ["a.parquet", Buffer.alloc(0), { ...whole, documents: 7 }, "7 of 8 rows came out"],
  ])("%s, %#: says what is missing", (name, bytes, outcome, missing) => {
    expect(unaccounted(name, { ...whole, documents: 8 }, bytes, outcome)).toBe(missing);
  });
});
