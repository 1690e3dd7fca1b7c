import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { previewCorpus } from "./preview.js";

const FIELDS = { textField: "text", idField: "id", domainField: "domain" };

describe("a corpus' dry run", () => {
  it("tells how much there is, and the first document", async () => {
    const folder = temporaryFolder();
    const lines = '{"id":"one","text":"a fever"}\n{"id":"two","text":"an oak"}\n';
    writeFileSync(join(folder, "a.jsonl"), lines);
    writeFileSync(join(folder, "b.txt"), "more");
    const { first, ...rest } = await previewCorpus([folder], FIELDS);
    expect(rest).toEqual({ files: 2, bytes: lines.length + "more".length });
    expect(first).toMatchObject({ id: "one", characters: 7 });
  });

  it("stops where the first record has no such field, as the run would", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.jsonl"), '{"id":"one","body":"a fever"}\n');
    await expect(previewCorpus([folder], FIELDS)).rejects.toThrow(/has no text in .*Give --text-field/);
  });
});
