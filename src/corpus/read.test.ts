import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { ZSTD } from "./input/fuzz/samples.js";
import { readSource } from "./read.js";
import { collect } from "./testing/collect.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-read-"));
const fields = { textField: "text", idField: "id", domainField: "domain" };
function write(name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const read = (path: string, options = fields) =>
  collect(readSource({ uri: path, source: "synthetic", bytes: statSync(path).size }, options));

describe("readSource", () => {
  it("turns a record's domain into whole-document truth and keeps spans of its own", async () => {
    const path = write(
      "truth.jsonl",
      [
        JSON.stringify({ id: "a", text: "heart 🫀", domain: "medical" }),
        JSON.stringify({ id: 7, text: "one two", truth: [{ start: 4, end: 7, domain: "biology" }] }),
        JSON.stringify({ text: "no id" }),
        JSON.stringify({ id: "empty", text: "  " }),
      ].join("\n"),
    );
    expect(await read(path)).toEqual([
      { id: "a", text: "heart 🫀", source: "synthetic", truth: [{ start: 0, end: 8, domain: "medical" }] },
      { id: "7", text: "one two", source: "synthetic", truth: [{ start: 4, end: 7, domain: "biology" }] },
      { id: "synthetic:3", text: "no id", source: "synthetic" },
    ]);
  });

  it("reads the fields it is told to", async () => {
    const path = write("fields.jsonl", JSON.stringify({ name: "n", body: "words", kind: "k" }));
    const options = { textField: "body", idField: "name", domainField: "kind" };
    expect(await read(path, options)).toEqual([
      { id: "n", text: "words", source: "synthetic", truth: [{ start: 0, end: 5, domain: "k" }] },
    ]);
  });

  it.each([
    ["{not json", /bad\.jsonl:2 is not JSON/],
    ["[1]", /bad\.jsonl:2 is not a JSON object/],
    [`{"body":"x"}`, /bad\.jsonl:2 has no text in "text"; its fields are body/],
    [`{"text":"x","truth":[{"start":0,"end":2,"domain":"d"}]}`, /bad\.jsonl:2 has a truth span 0-2/],
    [`{"text":"x","truth":[{"start":-1}]}`, /bad\.jsonl:2 has a malformed "truth"/],
  ])("names file and line of the malformed record %s", async (line, message) => {
    await expect(read(write("bad.jsonl", `{"text":"fine"}\n${line}\n`))).rejects.toThrow(message);
  });

  it("reads Parquet and Zstandard with the same rules", async () => {
    const columns = [
      { name: "id", data: ["a", "b"], type: "STRING" as const },
      { name: "text", data: ["heart", "stone"], type: "STRING" as const },
      { name: "domain", data: ["medical", null], type: "STRING" as const },
    ];
    const path = write("table.parquet", new Uint8Array(parquetWriteBuffer({ columnData: columns })));
    expect(await read(path)).toEqual([
      { id: "a", text: "heart", source: "synthetic", truth: [{ start: 0, end: 5, domain: "medical" }] },
      { id: "b", text: "stone", source: "synthetic" },
    ]);
    expect(await read(write("lines.jsonl.zst", ZSTD))).toHaveLength(60);
    await expect(read(write("cut.jsonl.zst", ZSTD.subarray(0, -9)))).rejects.toThrow(/Cannot read .*truncated/);
  });

  it("cuts plain text at blank lines only, losing no words", async () => {
    const paragraphs = Array.from({ length: 40 }, (_, i) => `paragraph ${i} ${"word ".repeat(100)}`.trim());
    const documents = await read(write("book.txt", paragraphs.join("\n\n")));
    expect(documents.length).toBeGreaterThan(1);
    expect(documents.map(({ text }) => text).join("\n\n")).toBe(paragraphs.join("\n\n"));
  });
});
