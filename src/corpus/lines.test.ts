import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { readLines } from "./lines.js";
import { collect } from "./testing/collect.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-lines-"));
function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const all = async (path: string, cap?: number) => collect(readLines(path, cap));

describe("readLines", () => {
  it("reads plain and gzipped files alike, with or without a last line end", async () => {
    const text = "eins\r\nzwei 🩺\n\ndrei";
    const expected = ["eins", "zwei 🩺", "", "drei"];
    expect(await all(write("a.txt", text))).toEqual(expected);
    expect(await all(write("a.txt.gz", gzipSync(`${text}\n`)))).toEqual(expected);
  });

  it("joins lines that span many chunks without breaking characters", async () => {
    const long = "é🩺".repeat(300_000);
    expect(await all(write("long.txt", `${long}\nend`))).toEqual([long, "end"]);
  });

  it("refuses a line above the cap, naming file and line", async () => {
    const path = write("cap.txt", `short\n${"x".repeat(500_000)}\n`);
    await expect(all(path, 100_000)).rejects.toThrow(/cap\.txt:2 is a line of more than/);
  });

  it("refuses a truncated gzip and a missing file in one sentence", async () => {
    const path = write("cut.jsonl.gz", gzipSync("some text\n".repeat(10_000)).subarray(0, 60));
    await expect(all(path)).rejects.toThrow(UserError);
    await expect(all(join(folder, "none.txt"))).rejects.toThrow(UserError);
  });
});
