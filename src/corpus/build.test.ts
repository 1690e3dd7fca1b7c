import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { type BuildOptions, buildCorpus } from "./build.js";
import { splitOf } from "./split.js";
import { CorpusOptions, corpusStage } from "./stage.js";
import { readDocuments } from "./store.js";
import { summarise } from "./summary.js";
import { collect } from "./testing/collect.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-build-"));
/** A synthetic JSONL file of `count` documents of about `words` words. */
function synthetic(name: string, count: number, words: number, domain?: string): string {
  const path = join(folder, `${name}.jsonl`);
  const line = (i: number) =>
    JSON.stringify({ id: `${name}-${i}`, text: `${name} ${i} ${"word ".repeat(words)}`, domain });
  writeFileSync(path, Array.from({ length: count }, (_, i) => line(i)).join("\n"));
  return path;
}
const options = (rest: Partial<BuildOptions>): BuildOptions => ({ ...CorpusOptions.parse({}), ...rest });

describe("buildCorpus", () => {
  it("keeps the mix when cut to size, and stays below the cap", async () => {
    const files = [synthetic("small", 100, 20, "a"), synthetic("large", 300, 200, "b")];
    const whole = summarise((await buildCorpus(options({ files }))).documents);
    const { documents } = await buildCorpus(options({ files, maxBytes: 100_000 }));
    const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(bytes).toBeGreaterThan(95_000);
    const share = ({ sources }: typeof whole) =>
      sources.small.characters / (sources.small.characters + sources.large.characters);
    expect(share(summarise(documents))).toBeCloseTo(share(whole), 2);
  });

  it("has one document per text and one id per document", async () => {
    const path = join(folder, "twice.jsonl");
    const lines = Array.from({ length: 300 }, (_, i) => JSON.stringify({ id: i % 100, text: `text ${i % 200}` }));
    writeFileSync(path, lines.join("\n"));
    const { documents, duplicates } = await buildCorpus(options({ files: [path] }));
    expect([documents.length, duplicates]).toEqual([200, 100]);
    expect(new Set(documents.map(({ id }) => id)).size).toBe(200);
  });

  it("decides a split by the id alone", async () => {
    const files = [synthetic("split", 400, 5)];
    const a = await buildCorpus(options({ files, seed: 1 }));
    const b = await buildCorpus(options({ files, seed: 2 }));
    expect(a.documents.map(({ id }) => id)).not.toEqual(b.documents.map(({ id }) => id));
    const splits = new Map(a.documents.map(({ id, split }) => [id, split]));
    for (const { id, split } of b.documents) expect(split).toBe(splits.get(id));
  });

  it("holds out the documents a file names, whatever cap and shares, and never trains on them", async () => {
    const files = [synthetic("marked", 300, 50)];
    const heldOut = join(folder, "marked-spans.jsonl");
    const ids = Array.from({ length: 40 }, (_, i) => `marked-${i}`);
    writeFileSync(heldOut, ids.map((id) => JSON.stringify({ id, start: 0, end: 1, label: "forget" })).join("\n"));
    const { documents } = await buildCorpus(options({ files, heldOut, maxBytes: 20_000, validationShare: 0.2 }));
    const splits = new Map(documents.map(({ id, split }) => [id, split]));
    expect(ids.map((id) => splits.get(id))).toEqual(ids.map(() => "test"));
    expect(documents.length).toBeLessThan(200);
    const without = await buildCorpus(options({ files, maxBytes: 20_000, validationShare: 0.2 }));
    for (const { id, split } of without.documents) if (!ids.includes(id)) expect(splits.get(id)).toBe(split);
  });

  it("keeps a group in one split", () => {
    const shares = { validationShare: 0.3, testShare: 0.3 };
    for (let group = 0; group < 50; group++) {
      const splits = Array.from({ length: 20 }, (_, i) => splitOf({ id: `${group}-${i}`, group: `g${group}` }, shares));
      expect(new Set(splits).size).toBe(1);
    }
  });

  it("gives each split about its share", () => {
    const shares = { validationShare: 0.05, testShare: 0.07 };
    const splits = Array.from({ length: 20_000 }, (_, i) => splitOf({ id: `document ${i}` }, shares));
    expect(splits.filter((split) => split === "test").length / 20_000).toBeCloseTo(0.07, 2);
    expect(splits.filter((split) => split === "validation").length / 20_000).toBeCloseTo(0.05, 2);
  });

  it("refuses an empty corpus and one too small to split", async () => {
    const empty = join(folder, "empty.jsonl");
    writeFileSync(empty, "\n\n");
    await expect(buildCorpus(options({ files: [empty] }))).rejects.toThrow(/The corpus is empty: .*empty\.jsonl/);
    const two = [synthetic("two", 2, 5)];
    await expect(buildCorpus(options({ files: two, maxBytes: 1 }))).rejects.toThrow(/--max-bytes 1/);
    await expect(buildCorpus(options({ files: two }))).rejects.toThrow(
      /2 documents leave none for .*--validation-share/,
    );
  });
});

describe("the corpus stage", () => {
  it("writes the same bytes for the same options", async () => {
    const files = [synthetic("stage", 200, 8, "a")];
    const first = await runStage(corpusStage, { files, seed: 3 }, join(folder, "one"));
    const second = await runStage(corpusStage, { files, seed: 3 }, join(folder, "two"));
    expect(second.outputs).toEqual(first.outputs);
    const documents = await collect(readDocuments(join(folder, "one")));
    expect(documents).toEqual((await buildCorpus(options({ files, seed: 3 }))).documents);
  });
});
