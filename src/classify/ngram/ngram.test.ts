import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../base/safetensors.js";
import { runStage } from "../../base/stage.js";
import { documentTokens, loadTokenizer } from "../../tokens/index.js";
import { type NgramFile, readClassifierFile } from "../classifier-file.js";
import { openClassifier } from "../scorer.js";
import { classifierStage } from "../stage.js";
import { readTestRows } from "../test-rows.js";
import { readNgram } from "./model-file.js";
import { LEXICON, RETAIN_WORDS, type SmallText, smallText, syntheticDocument } from "./testing/small-text.js";

let root: string;
let paths: SmallText;
let usual: string;
const at = (name: string) => join(root, name);
const SMALL = { buckets: 4096, strengths: [1] };

async function classify(name: string, change: object = {}): Promise<NgramFile> {
  const { labels, tokens } = paths;
  await runStage(classifierStage, { labels, tokens, ...SMALL, ...change }, at(name));
  return read(name);
}

function read(name: string): NgramFile {
  const file = readClassifierFile(at(name));
  if (file.kind !== "ngram") throw new Error(`It is of kind ${file.kind}`);
  return file;
}

/** Labels as those of the small text, but for the label of every token and document of a split. */
async function relabelled(name: string, split: string, change: (label: number) => number): Promise<string> {
  cpSync(paths.labels, at(name), { recursive: true });
  const path = join(at(name), `${split}.safetensors`);
  const { tensors, metadata } = readSafetensors(path);
  const changed = Object.entries(tensors).map(([key, { data }]) => {
    const labels = Uint8Array.from(data as Uint8Array, change);
    return [key, { data: labels, shape: [labels.length] }] as const;
  });
  await writeSafetensors(path, Object.fromEntries(changed), metadata);
  return at(name);
}

async function scoreTexts(directory: string, texts: readonly string[]) {
  const tokenizer = loadTokenizer(directory);
  const classifier = await openClassifier(directory);
  const found = [];
  for await (const one of classifier.score(texts.map((text) => documentTokens(tokenizer, text)))) found.push(one);
  return found;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lacuna-ngram-"));
  paths = await smallText(root);
  usual = at("usual");
  await classify("usual");
});
afterAll(() => rmSync(root, { recursive: true }));

describe("a classifier of words, on synthetic text labelled by a lexicon", () => {
  it("finds forget sentences that hold no term of the lexicon, by the company terms keep", async () => {
    const [forget, retain] = await scoreTexts(usual, [
      "The clinic gave the vaccine and the dosage for the rash.",
      "The painter saw the castle and the garden near the river.",
    ]);
    expect(forget.documentScore).toBeGreaterThan(retain.documentScore + 50);
    expect(Math.min(...forget.tokenScores.subarray(0, -1))).toBeGreaterThan(Math.max(...retain.tokenScores));
    expect(forget.tokenScores.at(-1)).toBe(0);
  });

  it("takes the lexicon's words out while fitting, and adds the bonus where one stands", async () => {
    const { weights } = readNgram(usual);
    for (const word of LEXICON) expect(weights.wordWeights[weights.words.indexOf(word)]).toBe(0);
    expect(weights.wordWeights[weights.words.indexOf("vaccine")]).toBeGreaterThan(0);
    expect(read("usual").settings).toMatchObject({ lexicon: LEXICON, bonus: 2 });
    const without = await classify("no-bonus", { bonus: 0 });
    const text = ["The surgeon was near the river."];
    const [[withBonus], [plain]] = [await scoreTexts(usual, text), await scoreTexts(at("no-bonus"), text)];
    expect(without.settings.bonus).toBe(0);
    expect(withBonus.tokenScores[0]).not.toBe(plain.tokenScores[0]);
  });

  it("neither blanks nor adds when a language model labelled", async () => {
    cpSync(paths.labels, at("judged"), { recursive: true });
    const path = join(at("judged"), "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...manifest, result: { ...manifest.result, judge: "openai:some" } }));
    const file = await classify("from-judge", { labels: at("judged") });
    expect(file).toMatchObject({ halves: null, settings: { lexicon: [], bonus: 0 } });
    const { weights } = readNgram(at("from-judge"));
    expect(weights.wordWeights[weights.words.indexOf("fever")]).toBeGreaterThan(0);
  });

  it("decides everything before test: other test labels change nothing but what is measured on test", async () => {
    const other = await classify("test-turned", { labels: await relabelled("turned", "test", (label) => 1 - label) });
    const bytes = (name: string) => readFileSync(join(at(name), "ngram.safetensors"));
    expect(bytes("test-turned").equals(bytes("usual"))).toBe(true);
    const { quality: seen, ...decided } = read("usual").token;
    const { quality: turned, ...otherwise } = other.token;
    expect(otherwise).toEqual(decided);
    expect(turned.validation).toEqual(seen.validation);
    expect(turned.test).not.toEqual(seen.test);
    expect(other.halves).toEqual(read("usual").halves);
  });

  it("gives the same bytes twice, and keeps its test rows", async () => {
    const { labels, tokens } = paths;
    const again = await runStage(classifierStage, { labels, tokens, ...SMALL }, at("again"));
    const first = await runStage(classifierStage, { labels, tokens, ...SMALL }, usual);
    expect(again.fingerprint).toBe(first.fingerprint);
    const { token, document } = readTestRows(usual);
    expect(token.logits).toHaveLength(read("usual").token.quality.test.rows);
    expect(document.logits).toHaveLength(read("usual").document.quality.test.rows);
  });

  it("shows a lexicon of one thing, and one of two things that share nothing", async () => {
    const { halves } = read("usual");
    expect(halves!.low).toBeGreaterThan(0.8);
    expect(halves!.auroc).toBeGreaterThanOrEqual(halves!.low);
    expect(halves!.auroc).toBeLessThanOrEqual(halves!.high);
    const mixed = await smallText(mkdtempSync(join(root, "mixed-")), ["fever", "lesion", ...RETAIN_WORDS.slice(0, 2)]);
    const { labels, tokens } = mixed;
    expect((await classify("of-two-things", { labels, tokens })).halves!.auroc).toBeLessThan(halves!.low);
  });

  it("says so of documents whose words are mostly new, and reads any script", async () => {
    const texts = [
      syntheticDocument(999, 0.5),
      "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ".repeat(4),
      "心臓病の研究はデータベースを使う。血液と細胞を調べる。".repeat(8),
      "โรคหัวใจ และ การรักษา ".repeat(20),
      "短い",
      "",
      "12 34 !",
    ];
    const scored = await scoreTexts(usual, texts);
    expect(scored.map(({ isUnfamiliar }) => isUnfamiliar)).toEqual([false, true, true, true, false, false, false]);
    for (const { tokenScores } of scored) expect(tokenScores.every((score) => score <= 255)).toBe(true);
  });
});

describe("labels of one class", () => {
  it("stop when nothing in train is forget, saying what to do", async () => {
    const labels = await relabelled("none-train", "train", () => 0);
    await expect(classify("none", { labels })).rejects.toThrow(
      /The lexicon of company fires in none of \d+ train documents: give npx lacuna label-text --domain/,
    );
  });

  it("of validation or test are done without, and said", async () => {
    const { token, document, warnings } = await classify("blind", {
      labels: await relabelled("none-v", "validation", () => 0),
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^Of [\d,]+ sampled validation tokens 0 are forget\./);
    expect(token).toMatchObject({ calibration: { slope: 1 }, thresholds: { f1: { threshold: 128 / 255, f1: null } } });
    expect(document.calibration).toEqual(token.calibration);
    expect(token.quality.validation.auroc).toBeNull();
    expect(token.quality.test.auroc).toBeGreaterThan(0.8);
    const { warnings: onTest } = await classify("blind-test", { labels: await relabelled("none-t", "test", () => 0) });
    expect(onTest).toHaveLength(2);
    expect(onTest[1]).toMatch(/^Of \d+ sampled test documents 0 are forget\./);
  });
});
