import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClassifier, readClassifierFile } from "../../classify/index.js";
import { readDocuments } from "../../corpus/index.js";
import { temporaryFolder } from "../../testing/folder.js";
import { loadTokenizer } from "../../tokens/index.js";
import { HOSTILE_TEXT } from "../testing/synthetic-quality.js";
import { NewClassifierConfig } from "./pipeline.js";
import { BANDS, QualityFile } from "./quality-file.js";
import { planNewClassifier, runNewClassifier } from "./run.js";
import { stepsHere, writeDomain, writeTexts } from "./testing/small.js";

const config = NewClassifierConfig.parse({ validationShare: 0.2, testShare: 0.2 });

describe("a new classifier", () => {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-new-"));
  const out = join(folder, "out");
  let options: Parameters<typeof runNewClassifier>[0];
  let quality: QualityFile;
  let page: string;
  const ofCorpus: { id: string; text: string; split: string }[] = [];
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    const texts = writeTexts(folder);
    const spans = join(folder, "marked.jsonl");
    // Town documents have no hostile ids. Marked: the first sentence of each, which is mostly not forget.
    const lines = Array.from({ length: 20 }, (_, n) =>
      JSON.stringify({ id: `town-${n}`, start: 0, end: 20, label: n % 2 === 0 ? "forget" : "retain" }),
    );
    writeFileSync(spans, lines.join("\n"));
    options = {
      ...{ config, texts, domain: writeDomain(folder, undefined, ["medical"]), out },
      ...{ spans: { file: spans, offsets: "utf16" as const }, run: stepsHere(out) },
    };
    quality = await runNewClassifier(options);
    page = readFileSync(join(out, "classifier.html"), "utf8");
    for await (const document of readDocuments(join(out, "steps/corpus"))) ofCorpus.push(document);
  });

  it("leaves a classifier that scores on its own, and numbers that are as expected", async () => {
    const classifier = await openClassifier(join(out, "classifier"));
    const ids = loadTokenizer(join(out, "classifier")).encode("The lesion was near the artery and the fever.");
    for await (const { tokenScores } of classifier.score([Uint32Array.from(ids)]))
      expect(Math.max(...tokenScores)).toBeGreaterThan(128);
    expect(QualityFile.parse(JSON.parse(readFileSync(join(out, "quality.json"), "utf8")))).toEqual(quality);
  });

  it("never fits or chooses on a document with spans by hand, and grades on all of those", () => {
    const marked = ofCorpus.filter(({ id }) => /^town-1?\d$/.test(id));
    expect(marked.map(({ split }) => split)).toEqual(marked.map(() => "test"));
    expect(quality.hand!.documents).toBe(20);
    expect(quality.hand!.tokens).toBeGreaterThan(20);
    expect(quality.verdict.measuredOn).toBe("hand");
  });

  it("leaves hand-marked documents out of rates and passages: somebody chose them", () => {
    const ids = new Set(Array.from({ length: 20 }, (_, n) => `town-${n}`));
    expect(quality.passages.filter(({ id }) => ids.has(id))).toEqual([]);
    const held = ofCorpus.filter(({ id, split }) => split !== "train" && !ids.has(id));
    expect(quality.all.documents).toBe(held.length);
  });

  it("says how much of each source is taken, under its own name", () => {
    const share = (name: string) => {
      const { takenTokens, tokens } = quality.sources.find((one) => one.name === name)!;
      return takenTokens / tokens;
    };
    expect(share("ward")).toBeGreaterThan(0.5);
    expect(share("town")).toBeLessThan(0.3);
    expect(quality.domains.map(({ name, isForget }) => [name, isForget])).toEqual([
      ["general", false],
      ["medical", true],
    ]);
    expect(quality.domains[1].takenTokens).toBe(quality.sources.find(({ name }) => name === "ward")!.takenTokens);
    expect(quality.truth!.classifier.precision.value).toBeGreaterThan(0.8);
  });

  it("says what thresholds take, less and less, and the classifier's own among them as the rates have it", () => {
    const shares = quality.thresholds.map(({ tokenShare }) => tokenShare);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    const own = quality.thresholds.find(({ rule }) => rule === "f1")!;
    expect(own.threshold).toBe(readClassifierFile(join(out, "classifier")).token.thresholds.f1.threshold);
    expect(own.tokenShare).toBeCloseTo(quality.all.takenTokens / quality.all.tokens, 12);
  });

  it("names passages by bytes that are theirs, in bands that the threshold parts", () => {
    expect(new Set(quality.passages.map(({ band }) => band))).toEqual(new Set(BANDS));
    const { document } = parseHTML(page);
    const shown = [...document.querySelectorAll(".passage .text")].map((one) =>
      [...one.childNodes]
        .filter((node) => (node as unknown as { className?: string }).className !== "around")
        .map((node) => node.textContent)
        .join(""),
    );
    for (const [index, { id, start, end, score, band }] of quality.passages.entries()) {
      const { text } = ofCorpus.find((one) => one.id === id)!;
      expect(Buffer.from(text).subarray(start, end).toString()).toBe(shown[index]);
      expect(score >= quality.threshold, `${band} ${score}`).toBe(band === "high" || band === "above");
    }
  });

  it("marks the lexicon's words and escapes all else: text, ids, names", () => {
    expect(page).not.toContain(HOSTILE_TEXT);
    expect(page).not.toMatch(/<script|<img|onerror='/);
    const { document } = parseHTML(page);
    const marks = new Set([...document.querySelectorAll(".passage mark")].map((one) => one.textContent!.toLowerCase()));
    expect([...marks].every((word) => ["lesion", "fever", "artery", "surgeon"].includes(word))).toBe(true);
    expect(marks.size).toBeGreaterThan(2);
    expect(document.querySelectorAll("[src], [href]")).toHaveLength(0);
  });

  it("puts no text of the corpus into quality.json", () => {
    expect(readFileSync(join(out, "quality.json"), "utf8")).not.toMatch(/fever|violin/);
  });

  it("makes the same again, and finds what is there", async () => {
    expect(await runNewClassifier(options)).toEqual(quality);
    expect(readFileSync(join(out, "classifier.html"), "utf8")).toBe(page);
  });
});

describe("a new classifier that cannot be measured or made", () => {
  const small = (folder: string, { texts = writeTexts(folder, 30), domain = writeDomain(folder) } = {}) => {
    const out = join(folder, "out");
    return { config, texts, domain, out, run: stepsHere(out) };
  };

  it("of one term says that it is not measured, and why", async () => {
    const folder = temporaryFolder();
    const quality = await runNewClassifier(small(folder, { domain: writeDomain(folder, ["lesion"]) }));
    expect(quality.verdict).toMatchObject({ word: "unknown", measuredOn: null });
    const page = readFileSync(join(folder, "out/classifier.html"), "utf8");
    expect(page).toContain("its lexicon has one term");
    expect(page).not.toContain("npx lacuna filter &lt;scored&gt;");
  });

  it("says what to do when no term stands in the text", async () => {
    const folder = temporaryFolder();
    const wrong = small(folder, { domain: writeDomain(folder, ["kidney", "spleen*"]) });
    await expect(runNewClassifier(wrong)).rejects.toThrow(
      /No token of \d+ documents of .* is labelled forget.* No term of the lexicon of company \(kidney, spleen\*\) stands in it\..*"lexicon" of domain\.json/,
    );
  });

  it("says that a corpus is too small to split, and names the fields when the text is elsewhere", async () => {
    const folder = temporaryFolder();
    const few = small(folder, { texts: writeTexts(folder, 1) });
    await expect(runNewClassifier(few)).rejects.toThrow(/2 documents leave none for .*Give more documents/);
    const other = temporaryFolder();
    const elsewhere = small(other, { texts: writeTexts(other, 5, "body") });
    await expect(runNewClassifier(elsewhere)).rejects.toThrow(
      /ward\.jsonl:1 has no text in "text"; its fields are id, body, domain\. Give --text-field/,
    );
  });

  it("plans the same steps that it runs", async () => {
    const folder = temporaryFolder();
    const asked: string[] = [];
    const options = { ...small(folder), run: stepsHere(join(folder, "out"), asked) };
    const plan = await planNewClassifier(options);
    await runNewClassifier(options);
    expect(plan.map(({ id }) => id)).toEqual(asked);
    const named = await planNewClassifier({ ...options, tokenizer: { name: "cl100k_base" } });
    expect(named.find(({ id }) => id === "tokenizer")!.options).toEqual({ name: "cl100k_base" });
  });
});
