import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { temporaryFolder } from "../testing/folder.js";
import { requireTextField } from "./first.js";
import { openRows } from "./input/index.js";
import { readSource } from "./read.js";
import { collect } from "./testing/collect.js";
import { wholeRows } from "./whole.js";

const file = (name: string) => {
  const uri = join(PACKAGE_ROOT, "src/testing/cases", name);
  return { uri, source: name, bytes: statSync(uri).size };
};
const OPTIONS = { textField: "text", idField: "id", maxRecordBytes: 2 ** 20 };

describe("a wrong --text-field", () => {
  const sentence = /wrongfield\.jsonl:1 has no text in "text"; its fields are id, content\. Give --text-field\./;
  const readers = {
    "any reader of rows": () => collect(openRows(file("wrongfield.jsonl"), OPTIONS).rows),
    "a reader that wants files whole": () => collect(wholeRows(file("wrongfield.jsonl"), OPTIONS)),
    "the look before a job is begun": () => requireTextField(file("wrongfield.jsonl"), OPTIONS),
    "the corpus stage": () => collect(readSource(file("wrongfield.jsonl"), { ...OPTIONS, domainField: "domain" })),
  };
  it.each(Object.entries(readers))("stops %s at the first record, with the fields there are", async (_, read) => {
    await expect(read()).rejects.toThrow(sentence);
  });

  it("is not what a record without text behind good ones is, nor a text that is null", async () => {
    const options = { ...OPTIONS, textField: "content" };
    expect((await collect(openRows(file("wrongfield.jsonl"), options).rows)).map(({ kind }) => kind)).toEqual([
      "document",
      "document",
    ]);
    await requireTextField(file("wrongfield.jsonl"), options);
  });

  it.each([false, true])(
    "is not what a null in the first record is, whether its reason may be quoted or not (--no-text %s)",
    async (noText) => {
      const uri = join(temporaryFolder(), "null.jsonl");
      writeFileSync(uri, '{"text":null}\n{"text":"a"}\n');
      const rows = await collect(openRows({ uri, source: "null", bytes: 27 }, { ...OPTIONS, noText }).rows);
      expect(rows.map(({ kind }) => kind)).toEqual(["bad", "document"]);
    },
  );
});

describe("a truncated file", () => {
  it("gives what could be read and a lost rest, or stops who wants it whole", async () => {
    const rows = await collect(openRows(file("trunc.jsonl.gz"), OPTIONS).rows);
    expect(rows.at(-1)).toMatchObject({ kind: "bad", extent: "rest", reason: "the gzip stream is truncated" });
    expect(rows.filter(({ kind }) => kind === "document")).toHaveLength(rows.length - 1);
    await expect(collect(wholeRows(file("trunc.jsonl.gz"), OPTIONS))).rejects.toThrow(
      /Cannot read .*trunc\.jsonl\.gz: the gzip stream is truncated \(.*\)\. Check the file\./,
    );
  });
});
