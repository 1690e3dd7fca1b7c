import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UserError } from "../../base/errors.js";
import { temporaryFolder } from "../../testing/folder.js";
import { collect } from "../testing/collect.js";
import { digestOf } from "./bytes.js";
import { validFiles } from "./fuzz/valid.js";
import { openRows } from "./rows.js";
import { OPTIONS } from "./testing/rows.js";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const write = (name: string, bytes: Uint8Array) => {
  const uri = join(temporaryFolder(), name);
  writeFileSync(uri, bytes);
  return { uri, source: "s", bytes: bytes.length };
};

describe("openRows", () => {
  it.each([...validFiles()])("knows size and hash of the stored bytes once %s is read", async (name, bytes) => {
    const file = write(name, bytes);
    const opened = openRows(file, OPTIONS);
    await collect(opened.rows);
    const expected = { bytes: bytes.length, sha256: sha256(bytes) };
    expect(await opened.digest()).toEqual(expected);
    expect(await digestOf(file)).toEqual(expected);
  });

  it("hashes the whole file when its rest is damaged or was not read", async () => {
    const bytes = Buffer.concat([Buffer.from("no gzip"), Buffer.alloc(2_000_000, 7)]);
    const damaged = openRows(write("a.jsonl.gz", bytes), OPTIONS);
    expect(await collect(damaged.rows)).toMatchObject([{ kind: "bad", extent: "rest" }]);
    expect(await damaged.digest()).toEqual({ bytes: bytes.length, sha256: sha256(bytes) });
    const lines = gzipSync('{"text":"x"}\n'.repeat(300_000));
    const left = openRows(write("b.jsonl.gz", lines), OPTIONS);
    for await (const row of left.rows) if (row.row === 5) break;
    expect(await left.digest()).toEqual({ bytes: lines.length, sha256: sha256(lines) });
  });

  it.each(["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])("says that %s is gone", async (name) => {
    const file = { uri: join(temporaryFolder(), name), source: "a", bytes: 100 };
    const reading = collect(openRows(file, OPTIONS).rows);
    await expect(reading).rejects.toBeInstanceOf(UserError);
    await expect(reading).rejects.toThrow(/Cannot read .*: ENOENT\. Check the path/);
  });

  it("refuses a name that is no kind of file", () => {
    expect(() => openRows({ uri: "/a.csv", source: "a", bytes: 1 }, OPTIONS)).toThrow(/a\.csv is not a kind of file/);
  });
});
