import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { readGlossary, termsIn } from "./glossary.js";

const ENTRIES = [
  { term: "heart failure", domain: "medical" },
  { term: "heart", synonyms: ["ticker"], domain: "biology" },
  { terms: ["T-cell leukemia", "abscess"], domain: "medical" },
  { term: "culture", domain: "biology" },
  { term: "Culture", domain: "general" },
  { term: "flu", domain: "medical" },
];

async function glossary() {
  const path = join(temporaryFolder(), "synthetic.jsonl.gz");
  writeFileSync(path, gzipSync(ENTRIES.map((entry) => JSON.stringify(entry)).join("\n")));
  return readGlossary([path]);
}

const found = async (text: string) => {
  const spans = termsIn(text, await glossary());
  return spans.map(({ start, end, domain }) => [text.slice(start, end), domain]);
};

describe("glossary terms in a text", () => {
  it("are found longest first, in any case, with hyphen or space, in the plural", async () => {
    expect(await found("Heart failure is not hearts, nor T cell leukemias; Abscesses")).toEqual([
      ["Heart failure", "medical"],
      ["hearts", "biology"],
      ["T cell leukemias", "medical"],
      ["Abscesses", "medical"],
    ]);
  });
  it("do not reach over punctuation, and are whole words", async () => {
    expect(await found("heart. failure heartless")).toEqual([["heart", "biology"]]);
  });
  it("say nothing when they stand under several domains or are short", async () => {
    expect(await found("culture flu")).toEqual([]);
    expect(await found("my ticker")).toEqual([["ticker", "biology"]]);
  });
  it("name the line that is no entry", async () => {
    const path = join(temporaryFolder(), "synthetic.jsonl");
    writeFileSync(path, `${JSON.stringify(ENTRIES[0])}\n{"term": "x"}\n`);
    await expect(readGlossary([path])).rejects.toThrow(/synthetic.jsonl:2 is not a glossary entry/);
  });
});
