import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../../base/package.js";
import { runStage } from "../../base/stage.js";
import { labelDeriveStage } from "../../classify/index.js";
import { corpusStage } from "../../corpus/index.js";
import { type LabelReport, labelReport, labelSpansStage, labelTextStage } from "../../label/index.js";
import { tokenizerStage, tokenizeStage } from "../../tokens/index.js";
import { HOSTILE_TEXT } from "../testing/synthetic-quality.js";
import { labelTables, renderLabelReport } from "./index.js";

const MEDICAL = "The doctor treated the infection. ";
const OTHER = `A river ran by ${HOSTILE_TEXT} under an old bridge. `;

/** Synthetic documents of three sources: medical in half, not at all, and not known. */
function syntheticCorpus(folder: string): string[] {
  const texts = { clinic: [MEDICAL + OTHER, "medical"], nature: [OTHER + OTHER, "biology"], both: [MEDICAL, "mixed"] };
  return Object.entries(texts).map(([source, [text, domain]]) => {
    const path = join(folder, `${source}.jsonl`);
    const lines = Array.from({ length: 24 }, (_, n) =>
      JSON.stringify({ id: `${source}${n}`, text: `${n}. ${text}`, domain }),
    );
    writeFileSync(path, lines.join("\n"));
    return path;
  });
}

/** Invented latents: one of each status, and words that would break a page. */
function inventLatents(folder: string): void {
  const line = (latent: number, status: string, confidence: number) =>
    JSON.stringify({
      ...{ latent, status, confidence, reason: `because ${HOSTILE_TEXT}`, explanation: `about ${HOSTILE_TEXT}` },
      ...{ frequency: 0.01, threshold: 1.5, mean: 0, sd: 1 },
      contexts: Array.from({ length: 9 }, (_, n) => ({
        before: HOSTILE_TEXT,
        token: `t${n}`,
        after: "x",
        activation: 9 - n,
      })),
    });
  const lines = [line(0, "kept", 0.9), line(1, "rejected", 0.95), line(2, "unknown", 0), line(3, "rejected", 0.55)];
  writeFileSync(join(folder, "latents.jsonl"), lines.join("\n"));
}

describe("the report on labels", () => {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-label-report-"));
  const at = (name: string) => join(folder, name);
  const options = { glossary: [at("glossary.jsonl")], ungraded: ["mixed"], seed: 1 };
  let report: LabelReport;
  let page: string;
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    const files = syntheticCorpus(folder);
    await runStage(corpusStage, { files, validationShare: 0.2, testShare: 0.3 }, at("corpus"));
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 512 }, at("tokenizer"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
    const made = { tokens: at("tokens"), domain: join(PACKAGE_ROOT, "domains/medicine.json") };
    await runStage(labelTextStage, made, at("read"));
    inventLatents(at("read"));
    // By hand: the same sentence in clinic, wrongly the other one in nature; of `both` nobody has looked at.
    const span = (id: string, text: string, piece: string) => ({
      id,
      start: text.indexOf(piece),
      end: text.indexOf(piece) + piece.length,
      label: "forget",
    });
    const spans = Array.from({ length: 24 }, (_, n) => [
      span(`clinic${n}`, `${n}. ${MEDICAL}${OTHER}`, MEDICAL.trim()),
      span(`nature${n}`, `${n}. ${OTHER}${OTHER}`, "A river"),
    ]);
    writeFileSync(
      at("marked.jsonl"),
      spans
        .flat()
        .map((one) => JSON.stringify(one))
        .join("\n"),
    );
    await runStage(labelSpansStage, { ...made, spans: at("marked.jsonl"), offsets: "utf16" }, at("hand"));
    const terms = [
      ["infection", "medical"],
      ["river", "biology"],
      ["doctor", "mixed"],
    ];
    writeFileSync(at("glossary.jsonl"), terms.map(([term, domain]) => JSON.stringify({ term, domain })).join("\n"));
    report = await labelReport([at("read"), at("hand")], options);
    page = renderLabelReport(report);
  });

  it("tells rates by source, unknowns apart", () => {
    const [read, hand] = report.folders.map(({ rates }) => Object.fromEntries(rates.map((row) => [row.source, row])));
    expect(read.all.documents).toBe(72);
    expect(read.nature.forgetTokens).toBe(0);
    expect(read.both.forgetDocuments).toBe(24);
    expect(read.clinic.forgetTokens).toBe(hand.clinic.forgetTokens);
    expect(hand.both.documents).toBeGreaterThan(0);
    expect(hand.both).toMatchObject({
      ...{ forgetTokens: 0, unknownTokens: hand.both.tokens, unknownDocuments: hand.both.documents },
    });
  });

  it("grades against source domains and glossary terms, by source; mixed domains and terms say nothing", () => {
    const grades = (folder: number, truth: string) => {
      const table = report.folders[folder].truth.find((one) => one.truth === truth)!;
      return Object.fromEntries(table.rows.map(({ name, grade }) => [name, grade]));
    };
    const [read, hand] = [grades(0, "the corpus' domains"), grades(1, "the corpus' domains")];
    expect(read.both.count).toBe(0);
    expect(read.nature).toMatchObject({ prevalence: 0, labelled: 0 });
    expect(read.clinic).toMatchObject({ prevalence: 1, precision: 1 });
    const { clinic } = Object.fromEntries(report.folders[0].rates.map((row) => [row.source, row]));
    expect(read.clinic.recall).toBeCloseTo(clinic.forgetTokens / clinic.tokens, 12);
    expect(read.all.precision).toBe(1);
    expect(hand.all.precision).toBeLessThan(1);
    const [terms, byHand] = [grades(0, "glossary terms"), grades(1, "glossary terms")];
    expect(terms.all).toMatchObject({ precision: 1, recall: 1 });
    // "infection" once in 24 texts; "river" twice in 24, once of it marked, and once in 24 more.
    expect(byHand.clinic).toMatchObject({ precision: 1, recall: 1 });
    expect(byHand.nature.labelled).toBeCloseTo(0.5, 12);
    expect(byHand.test.count + byHand.validation.count + byHand.train.count).toBe(byHand.all.count);
  });

  it("compares judges on what both know", () => {
    const [{ tokens, documents, latents }] = report.pairs;
    const hand = report.folders[1].rates[0];
    expect(tokens.unknown).toBe(hand.unknownTokens);
    expect(tokens.both + tokens.second).toBe(hand.forgetTokens);
    // Spans label up to the last document that has one: those are compared.
    expect(tokens.both + tokens.first + tokens.second + tokens.neither + tokens.unknown).toBe(hand.tokens);
    expect(tokens.kappa).toBeGreaterThan(0.5);
    expect(documents.unknown).toBe(hand.unknownDocuments);
    expect(latents).toBeNull();
  });

  it("stands alone: no script, no link, no request, and a policy that forbids them", () => {
    const { document } = parseHTML(page);
    expect(document.querySelectorAll("script, link, img, iframe, object, form, base")).toHaveLength(0);
    expect(document.querySelectorAll("[src], [href], [srcset], [data], [action], [ping]")).toHaveLength(0);
    expect(page).not.toMatch(/url\(|@import|<script|<img/);
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!.getAttribute("content");
    expect(policy).toContain("default-src 'none'");
  });

  it("shows hostile text as text: in passages, contexts, reasons and explanations", () => {
    const { document } = parseHTML(page);
    expect(document.querySelectorAll("style")).toHaveLength(1);
    expect(page.split("</style>")).toHaveLength(2);
    const texts = [...document.querySelectorAll(".passage .text")].map(({ textContent }) => textContent);
    expect(texts.some((text) => text?.includes(HOSTILE_TEXT))).toBe(true);
    expect(document.querySelector(".latent .says")!.textContent).toContain(`about ${HOSTILE_TEXT}`);
  });

  it("shows latents of every status, the rejected nearest to being kept first, and labels as they are", () => {
    const { document } = parseHTML(page);
    const headings = [...document.querySelectorAll(".latent h4 span")].map(({ textContent }) => textContent);
    expect(headings).toEqual(["latent 0", "latent 3", "latent 1", "latent 2"]);
    const [random] = report.folders[0].passages.random;
    const first = document.querySelector(".passage .text")!;
    const marked = [...first.querySelectorAll(".f")].map(({ textContent }) => textContent);
    expect(marked).toEqual(random.tokens.filter(({ label }) => label === 1).map(({ text }) => text));
  });

  it("prints tables, refuses folders that cannot be compared, and names what is gone", async () => {
    expect(labelTables(report)).toContain("| read, hand | tokens |");
    cpSync(at("hand"), at("moved"), { recursive: true });
    const manifest = readFileSync(at("moved/manifest.json"), "utf8").replaceAll(at("tokens"), "/nowhere/shards");
    writeFileSync(at("moved/manifest.json"), manifest);
    await expect(labelReport([at("moved")], options)).rejects.toThrow(/shards, which is not there. Give --tokens/);
    const found = await labelReport([at("moved")], { ...options, tokens: at("tokens") });
    expect(found.folders[0].rates).toEqual(report.folders[1].rates);
    await runStage(labelDeriveStage, { labels: at("hand"), tokens: at("tokens"), half: "first" }, at("half"));
    const derived = await labelReport([at("hand"), at("half")], options);
    expect(derived.pairs[0].tokens).toMatchObject({ first: 0, second: 0, kappa: 1 });
    await expect(labelReport([at("tokens")], options)).rejects.toThrow(/was made by "npx lacuna tokenize"/);
  });
});
