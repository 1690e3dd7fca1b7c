import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { collect } from "../testing/collect.js";
import { findInOrder, findInputs } from "./find.js";
import { globBase, globPattern } from "./glob.js";
import { kindOf } from "./kinds.js";
import { openRows } from "./rows.js";
import { CASES, OPTIONS } from "./testing/rows.js";
import { type Unread, unreadSentences } from "./unread.js";

function folderWith(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "x");
  }
  return folder;
}
const sources = async (...given: string[]) => (await findInputs(given, () => {})).map(({ source }) => source);

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

  it("says what stands beside the files and is not read, once", async () => {
    const root = folderWith("a.jsonl", "b.csv", "c.json", "noextension", ".hidden.jsonl", ".git/x.txt", ".gitignore");
    const told: Unread[] = [];
    await findInputs([root, join(root, "a.jsonl")], (unread) => told.push(...unread));
    const names = (why: RegExp) => told.filter((one) => why.test(one.why)).map(({ uri }) => uri.slice(root.length + 1));
    expect(names(/^not of a kind that is read/)).toEqual(["b.csv", "c.json", "noextension"]);
    expect(names(/^hidden/)).toEqual([".hidden.jsonl", ".git/x.txt"]);
    expect(told).toHaveLength(5);
    expect(unreadSentences(told).join(" ")).toMatch(
      /3 files are left out, not of a kind that is read \(\.jsonl, .*b\.csv, /,
    );
    await findInputs([join(root, "a.jsonl")], () => expect.fail("nothing is left out"));
  });
});

describe("a folder", () => {
  /** Files below "data", however reached. */
  const made = () => {
    const root = folderWith(
      "data/a.jsonl",
      "data/ab.jsonl",
      "data/sub/x.txt",
      "data/.b.jsonl",
      "other/z",
      "data/c d[1].WET",
    );
    symlinkSync("data", join(root, "link"));
    symlinkSync(join(root, "data/sub"), join(root, "other/inner"));
    return root;
  };
  const facts = async (given: string, folder: string) => {
    const directory = process.cwd();
    process.chdir(folder);
    try {
      return (await findInputs([given], () => {})).map(({ uri, source, bytes }) => ({ uri, source, bytes }));
    } finally {
      process.chdir(directory);
    }
  };

  it("has the same files with the same names however it is spelled", async () => {
    const root = made();
    const expected = await facts(join(root, "data"), root);
    expect(expected.map(({ source }) => source)).toEqual(["a", "ab", "c d[1]", "sub/x"]);
    const way = fc.constantFrom(".", "./", "sub/..", "sub/../", "../data", "../other/../data", "../link", "//", "");
    const start = fc.constantFrom(
      "data",
      "./data",
      "link",
      "link/.",
      join(root, "data"),
      join(root, "link"),
      `${root}//data`,
    );
    await fc.assert(
      fc.asyncProperty(start, fc.array(way, { maxLength: 5 }), async (first, ways) => {
        expect(await facts([first, ...ways].join("/"), root)).toEqual(expected);
        expect(await facts([".", ...ways].join("/"), join(root, "data"))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    // A link's parent is that of the folder it leads to.
    expect(await facts("other/inner/..", root)).toEqual(expected);
  });

  it("of one- and two-letter names loses none", async () => {
    const cases = join(CASES, "dot-folder");
    for (const given of [".", "./", "../dot-folder", cases]) {
      expect((await facts(given, cases)).map(({ source }) => source)).toEqual(["a", "ab", "abc", "part-0001", "sub/x"]);
    }
  });

  it("of mixed names is read as far as it can be", async () => {
    const told: Unread[] = [];
    const files = await findInputs([join(CASES, "mixed-names")], (unread) => told.push(...unread));
    expect(files.map(({ source }) => source)).toEqual(["UPPER", "a b", "b"]);
    expect(told.map(({ uri }) => basename(uri))).toEqual(["deflate.jsonl.bz2", "x.json"]);
    for (const file of files) expect(await collect(openRows(file, OPTIONS).rows)).toMatchObject([{ kind: "document" }]);
  });
});

describe("links", () => {
  it("are followed to files and folders, each once, and under their own names", async () => {
    const outside = folderWith("blobs/4f2a", "blobs/77", "disk/b.jsonl", "disk/c.jsonl");
    const root = folderWith("data/a.jsonl", "data/blob");
    const link = (target: string, name: string) => symlinkSync(target, join(root, name));
    link(join(root, "data/a.jsonl"), "data/same.jsonl");
    link(join(root, "data"), "data/loop");
    link(join(root, "data/blob"), "data/named.jsonl");
    link(join(outside, "blobs/4f2a"), "data/x.jsonl");
    link(join(outside, "disk"), "data/disk");
    link(join(outside, "disk/b.jsonl"), "data/y.jsonl");
    link("nowhere", "data/broken.md");
    const told: Unread[] = [];
    const files = await findInputs([join(root, "data")], (unread) => told.push(...unread));
    expect(files.map(({ source }) => source)).toEqual(["a", "disk/b", "disk/c", "named", "x"]);
    expect(told.map(({ uri, why }) => `${uri.slice(root.length + 6)}: ${why}`)).toEqual([
      "loop: a link to a folder it is in",
      "same.jsonl: a link to a file that is read anyway",
      "y.jsonl: a link to a file that is read anyway",
    ]);
    expect(await sources(`${join(root, "data")}/**/*.jsonl`)).toEqual(["a", "disk/b", "disk/c", "named", "x"]);
    link("nowhere", "data/broken.jsonl");
    await expect(findInputs([join(root, "data")])).rejects.toThrow(
      /broken\.jsonl is a link to nowhere, which does not/,
    );
  });

  it("of a Hugging Face cache are the files of the dataset, in folders and globs", async () => {
    const hub = folderWith("blobs/0a", "blobs/0b", "snapshots/rev/data/other.md");
    symlinkSync("../../../blobs/0a", join(hub, "snapshots/rev/data/train-0.jsonl.gz"));
    symlinkSync("../../blobs/0b", join(hub, "snapshots/rev/test.parquet"));
    const snapshot = join(hub, "snapshots/rev");
    expect(await sources(snapshot)).toEqual(["data/train-0", "test"]);
    expect(await sources(`${snapshot}/*/train-*.jsonl.gz`)).toEqual(["data/train-0"]);
    expect((await findInputs([`${hub}/snapshots/*/*.parquet`]))[0].uri).toBe(join(snapshot, "test.parquet"));
    expect(await sources(join(snapshot, "test.parquet"))).toEqual(["test"]);
  });
});

describe("kinds and globs", () => {
  it("go by the extension", () => {
    expect(kindOf("a/b.jsonl.zst")).toEqual({ format: "jsonl", compression: "zstd" });
    expect(kindOf("c4.json.gz")).toEqual({ format: "jsonl", compression: "gzip" });
    expect(kindOf("a.warc.wet.gz")).toEqual({ format: "wet", compression: "gzip" });
    expect(kindOf("a.wet")).toEqual({ format: "wet", compression: "none" });
    expect(kindOf("a.parquet")).toEqual({ format: "parquet", compression: "none" });
    expect(kindOf("A.JSONL.Gz")).toEqual({ format: "jsonl", compression: "gzip" });
    expect(kindOf("A.TXT")).toEqual({ format: "text", compression: "none" });
    expect(kindOf("A.Warc.WET.ZST")).toEqual({ format: "wet", compression: "zstd" });
    expect(kindOf("A.PARQUET")).toEqual({ format: "parquet", compression: "none" });
    for (const name of ["a.json", "a.parquet.gz", "a.warc.gz", "jsonl", "a.txt.bz2"])
      expect(kindOf(name)).toBeUndefined();
  });

  it.each([
    ["data/*.jsonl", ["data/a.jsonl"], ["data/x/a.jsonl", "data/a.jsonlx"]],
    ["data/**/*.gz", ["data/a.gz", "data/x/y/a.gz"], ["a.gz"]],
    ["s-{train,test}-?.[!x]", ["s-train-1.y", "s-test-2.z"], ["s-dev-1.y", "s-train-1.x"]],
    ["a+(b).c*", ["a+(b).cd"], ["aab.c"]],
    ["*/?[a-z.]*", ["x/ab", "x/a.b"], [".x/ab", "x/.ab"]],
    ["**/*.gz", ["a.gz", "x/a.gz"], [".a.gz", ".x/a.gz", "x/.y/a.gz"]],
    ["**", ["a", "x/a"], [".a", "x/.a"]],
    [".x/**/.*", [".x/.a", ".x/y/.a"], [".x/a"]],
    ["a\\[1\\]\\{b\\}/*", ["a[1]{b}/c"], ["a1b/c"]],
    ["{x,.y}/*", ["x/a", ".y/a"], ["z/a"]],
  ])("match %s", (pattern, matching, others) => {
    for (const name of matching) expect(globPattern(pattern).test(name)).toBe(true);
    for (const name of others) expect(globPattern(pattern).test(name)).toBe(false);
    expect(matching[0].startsWith(globBase(pattern).base)).toBe(true);
  });
});
