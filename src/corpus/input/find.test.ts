import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { findInOrder, findInputs } from "./find.js";
import { globBase, globPattern } from "./glob.js";
import { kindOf } from "./kinds.js";

function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "x");
  }
  return folder;
}
const sources = async (...given: string[]) => (await findInputs(given)).map(({ source }) => source);

describe("findInputs", () => {
  it("opens folders recursively, sorted, and names sources by their path", async () => {
    const root = folderWith(
      "b/2.jsonl.gz",
      "a.txt",
      "b/1.parquet",
      "c.warc.wet.gz",
      "notes.md",
      ".hidden.jsonl",
      "d.json",
    );
    expect(await sources(root)).toEqual(["a", "b/1", "b/2", "c"]);
    expect((await findInputs([root]))[0]).toEqual({ uri: join(root, "a.txt"), source: "a", bytes: 1 });
  });

  it("takes globs, and lists a file once however it is reached", async () => {
    const root = folderWith("x/a.jsonl", "x/b.jsonl.zst", "x/y/c.jsonl", "x/d.txt");
    expect(await sources(`${root}/x/*.jsonl*`)).toEqual(["a", "b"]);
    expect(await sources(`${root}/**/*.jsonl`)).toEqual(["x/a", "x/y/c"]);
    expect(await sources(join(root, "x"), join(root, "x/a.jsonl"))).toEqual(["a", "b", "d", "y/c"]);
    expect(await sources(join(root, "x/y"), join(root, "x/a.jsonl"))).toEqual(["a", "c"]);
    const inOrder = await findInOrder([join(root, "x/y"), join(root, "x/a.jsonl")]);
    expect(inOrder.map(({ source }) => source)).toEqual(["c", "a"]);
  });

  it.each([
    ["nowhere.jsonl", /nowhere\.jsonl does not exist/],
    ["table.csv", /table\.csv is not a kind of file read here: give \.jsonl/],
    ["void", /void holds no file that is \.jsonl/],
    ["*.parquet", /No file matches .*\*\.parquet that is/],
    ["gs://bucket/a.jsonl", /gs:\/\/bucket\/a\.jsonl cannot be read/],
  ])("refuses %s in one sentence", async (name, message) => {
    const root = folderWith("table.csv", "void/readme.md");
    await expect(findInputs([name.includes("://") ? name : join(root, name)])).rejects.toThrow(message);
  });

  it("refuses the same input twice, two of one name, and none", async () => {
    const root = folderWith("a/x.jsonl", "b/x.jsonl", "c/y.jsonl", "c/y.parquet");
    const a = join(root, "a/x.jsonl");
    await expect(findInputs([a, a])).rejects.toThrow(/is given twice/);
    await expect(findInputs([a, join(root, "b/x.jsonl")])).rejects.toThrow(/would both be reported as "x"/);
    await expect(findInputs([join(root, "c")])).rejects.toThrow(/would both be reported as "y"/);
    await expect(findInputs([])).rejects.toThrow(/No input is given/);
    expect(await sources(root.concat("/a"), root.concat("/c/y.jsonl"))).toEqual(["x", "y"]);
  });

  it("refuses links out of a folder, and follows none twice", async () => {
    const outside = folderWith("secret.jsonl");
    const root = folderWith("data/a.jsonl", "data/blob");
    symlinkSync(join(root, "data/a.jsonl"), join(root, "data/same.jsonl"));
    symlinkSync(join(root, "data"), join(root, "data/loop"));
    symlinkSync(join(root, "data/blob"), join(root, "data/named.jsonl"));
    expect(await sources(join(root, "data"))).toEqual(["a", "named"]);
    symlinkSync(join(outside, "secret.jsonl"), join(root, "data/out.jsonl"));
    await expect(findInputs([join(root, "data")])).rejects.toThrow(/out\.jsonl is a link to .*secret\.jsonl, outside/);
  });
});

describe("kinds and globs", () => {
  it("go by the extension", () => {
    expect(kindOf("a/b.jsonl.zst")).toEqual({ format: "jsonl", compression: "zstd" });
    expect(kindOf("c4.json.gz")).toEqual({ format: "jsonl", compression: "gzip" });
    expect(kindOf("a.warc.wet.gz")).toEqual({ format: "wet", compression: "gzip" });
    expect(kindOf("a.wet")).toEqual({ format: "wet", compression: "none" });
    expect(kindOf("a.parquet")).toEqual({ format: "parquet", compression: "none" });
    for (const name of ["a.json", "a.parquet.gz", "a.warc.gz", "jsonl", "a.txt.bz2"])
      expect(kindOf(name)).toBeUndefined();
  });

  it.each([
    ["data/*.jsonl", ["data/a.jsonl"], ["data/x/a.jsonl", "data/a.jsonlx"]],
    ["data/**/*.gz", ["data/a.gz", "data/x/y/a.gz"], ["a.gz"]],
    ["s-{train,test}-?.[!x]", ["s-train-1.y", "s-test-2.z"], ["s-dev-1.y", "s-train-1.x"]],
    ["a+(b).c*", ["a+(b).cd"], ["aab.c"]],
  ])("match %s", (pattern, matching, others) => {
    for (const name of matching) expect(globPattern(pattern).test(name)).toBe(true);
    for (const name of others) expect(globPattern(pattern).test(name)).toBe(false);
    expect(matching[0].startsWith(globBase(pattern))).toBe(true);
  });
});
