import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PACKAGE_ROOT } from "../base/package.js";
import { readSafetensors } from "../base/safetensors.js";
import { planStage, runStage } from "../base/stage.js";
import { corpusStage } from "../corpus/index.js";
import { fakeOpenAi } from "../llm/testing/fake-openai.js";
import { loadTokenizer, readDocument, readTokens, tokenizerStage, tokenizeStage } from "../tokens/index.js";
import { textReader } from "./document-text.js";
import { materialOf, verdict } from "./llm/testing/synthetic.js";
import { labelReport } from "./report/index.js";
import { labelSpansStage } from "./spans-stage.js";
import { labelTextStage } from "./text-stage.js";

const SPLITS = ["train", "validation", "test"];

/** Synthetic documents; the medical sentence is where the number says. */
function syntheticCorpus(): string {
  const lines = Array.from({ length: 80 }, (_, index) => {
    const sentences = [
      `This is page ${index}. `,
      "A river ran by the old town. ",
      "Painters met there 🙂 in summer. ",
      "日本の川 is long. ",
    ];
    if (index % 4 === 0) sentences.splice(index % 3, 0, `The doctor treated the infection with penicillin. `);
    return JSON.stringify({ id: `d${index}`, text: sentences.join("") });
  });
  return lines.join("\n");
}

describe("labels of text without an SAE", () => {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-label-text-"));
  const at = (name: string) => join(folder, name);
  const options = { tokens: at("tokens"), domain: join(PACKAGE_ROOT, "domains/medicine.json") };
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    writeFileSync(at("texts.jsonl"), syntheticCorpus());
    await runStage(corpusStage, { files: [at("texts.jsonl")], validationShare: 0.2, testShare: 0.2 }, at("corpus"));
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 384 }, at("tokenizer"));
    await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
  });

  const labelsOf = (labels: string, split: string) => {
    const { tensors } = readSafetensors(at(`${labels}/${split}.safetensors`));
    return { tokens: tensors.labels.data as Uint8Array, documents: tensors.document_labels.data as Uint8Array };
  };
  /** Text of the tokens with a label, document by document. */
  const textsLabelled = (labels: string, split: string, wanted: number) => {
    const shard = readTokens(at("tokens"), split as "train");
    const read = textReader(loadTokenizer(at("tokens")));
    const { tokens } = labelsOf(labels, split);
    return shard.documents.map((_, index) => {
      const ids = readDocument(shard, index);
      const { text, ends, isSpecial } = read(ids);
      const bytes = Buffer.from(text);
      const pieces = [...ids.keys()]
        .filter((token) => tokens[shard.docOffsets[index] + token] === wanted && !isSpecial[token])
        .map((token) => bytes.subarray(token === 0 ? 0 : ends[token - 1], ends[token]));
      return Buffer.concat(pieces).toString();
    });
  };

  it("gives a sentence's label to its tokens, and to no others", async () => {
    await runStage(labelTextStage, options, at("sentences"));
    const found = SPLITS.flatMap((split) => textsLabelled("sentences", split, 1)).filter(Boolean);
    expect(found).toHaveLength(20);
    for (const text of found) expect(text.trim()).toBe("The doctor treated the infection with penicillin.");
  });

  it("gives a document's label to all of it", async () => {
    const { result } = await runStage(
      labelTextStage,
      { ...options, granularity: "document", documentShare: 0.2 },
      at("documents"),
    );
    const { forgetDocuments } = (result as { splits: Record<string, { forgetDocuments: number }> }).splits.train;
    expect(textsLabelled("documents", "train", 1).filter(Boolean)).toHaveLength(forgetDocuments);
    expect(forgetDocuments).toBeGreaterThan(5);
  });

  it("asks a model with the document and the sentence fenced, and leaves unknown what it does not say", async () => {
    vi.stubEnv("LACUNA_CACHE", at("cache"));
    const fake = await fakeOpenAi({
      reply(user) {
        const [{ document, sentence }] = materialOf(user);
        if (!String(document).includes(String(sentence))) throw new Error("the sentence is not in its document");
        if (String(sentence).startsWith("Painters")) return { text: "As a language model I cannot say." };
        return { text: verdict(String(sentence).includes("doctor") ? "yes" : "no") };
      },
    });
    const asked = {
      ...options,
      judge: "openai" as const,
      judgeModel: "synthetic",
      baseUrl: fake.url,
      maxCost: 0,
      maxUnknown: 0.3,
    };
    const { result } = await runStage(labelTextStage, asked, at("asked"));
    vi.unstubAllEnvs();
    const priced = labelTextStage.estimate!({ ...labelTextStage.options.parse(asked), priceIn: 1, priceOut: 5 });
    expect(priced).toMatchObject({ questions: fake.paid.size, dollars: expect.any(Number) });
    expect(result).toMatchObject({ judge: "openai:synthetic", causes: { malformed: 80 }, cost: { dollars: 0 } });
    expect(
      textsLabelled("asked", "train", 255).every((text) => text.trim() === "Painters met there 🙂 in summer."),
    ).toBe(true);
    expect(textsLabelled("asked", "test", 1)).toEqual(textsLabelled("sentences", "test", 1));
  });

  it("fails where more questions stay without an answer than allowed, and then asks only those again", async () => {
    vi.stubEnv("LACUNA_CACHE", at("cache-unanswered"));
    let isMended = false;
    const isRiver = (user: string) => String(materialOf(user)[0].sentence).includes("river");
    const fake = await fakeOpenAi({
      reply(user) {
        if (!isRiver(user)) return { text: verdict("no") };
        return { text: isMended ? verdict("yes") : "Rivers are not my field." };
      },
    });
    const asked = { ...options, judge: "openai" as const, judgeModel: "river", baseUrl: fake.url, maxCost: 0 };
    await expect(runStage(labelTextStage, asked, at("failed"))).rejects.toThrow(
      /^\d+ of \d+ questions to openai:river have no answer \(\d\d\.\d %; --max-unknown allows 10 %\)\. The commonest reason is "malformed" \(\d+ times\), e\.g\. "Rivers are not my field\."/,
    );
    expect(existsSync(at("failed"))).toBe(false);
    isMended = true;
    const { result } = await runStage(labelTextStage, asked, at("failed"));
    vi.unstubAllEnvs();
    expect(result).toMatchObject({ causes: {} });
    for (const [user, times] of fake.paid) expect(times).toBeLessThanOrEqual(isRiver(user) ? 2 : 1);
    expect([...fake.paid.values()].filter((times) => times === 2).length).toBeGreaterThan(10);
  });

  it("fails where a judge is unsure about everything", async () => {
    vi.stubEnv("LACUNA_CACHE", at("cache-unsure"));
    const fake = await fakeOpenAi({ reply: () => ({ text: verdict("unsure") }) });
    const asked = { ...options, judge: "openai" as const, judgeModel: "unsure", baseUrl: fake.url, documents: 5 };
    await expect(runStage(labelTextStage, asked, at("unsure"))).rejects.toThrow(
      /openai:unsure is unsure about all \d+/,
    );
    vi.unstubAllEnvs();
  });

  it("asks about several sentences at once, alone about those it got no verdict on; a report compares the two", async () => {
    vi.stubEnv("LACUNA_CACHE", at("cache-together"));
    const isDoctor = (sentence: unknown) => (String(sentence).includes("doctor") ? "yes" : "no");
    const fake = await fakeOpenAi({
      reply(user) {
        const [{ document, ...alone }, ...sentences] = materialOf(user);
        if (sentences.length === 0) return { text: verdict(isDoctor(alone.sentence)) };
        for (const { sentence } of sentences)
          if (!String(document).includes(String(sentence))) throw new Error("a sentence of another document");
        // Painters are taken for the domain, rivers forgotten.
        const verdicts = sentences
          .filter(({ sentence }) => !String(sentence).includes("river"))
          .map(({ number, sentence }) => ({
            ...{ number, confidence: 0.9, reason: "" },
            verdict: String(sentence).startsWith("Painters") ? "yes" : isDoctor(sentence),
          }));
        return { text: JSON.stringify({ verdicts }) };
      },
    });
    const asked = { ...options, judge: "openai" as const, judgeModel: "many", baseUrl: fake.url, maxCost: 0 };
    await runStage(labelTextStage, asked, at("singly"));
    const alone = fake.paid.size;
    const together = { ...asked, sentencesPerQuestion: 3 };
    await runStage(labelTextStage, together, at("three"));
    vi.unstubAllEnvs();
    const priced = (more: object) =>
      labelTextStage.estimate!({ ...labelTextStage.options.parse({ ...asked, priceIn: 1, priceOut: 5, ...more }) }) as {
        questions: number;
        inputTokens: number;
      };
    // Sentences about rivers have been asked about alone before: only groups of two and more are new.
    const documents = 80;
    expect(priced({}).questions).toBe(alone);
    expect(priced({ sentencesPerQuestion: 3 }).questions).toBe(2 * documents);
    expect(fake.paid.size - alone).toBe(2 * documents - (documents - documents / 4));
    const { pairs, folders } = await labelReport([at("singly"), at("three")], { glossary: [], ungraded: [], seed: 1 });
    expect(pairs[0].sentences).toMatchObject({ both: 20, first: 0, second: 80, neither: alone - 100, unknown: 0 });
    expect(folders[1].options.sentencesPerQuestion).toBe(3);
  });

  it("refuses several sentences at once where none are asked about, and takes one for none", async () => {
    const wrong = { ...options, judge: "openai" as const, judgeModel: "m", sentencesPerQuestion: 2 };
    await expect(runStage(labelTextStage, { ...wrong, granularity: "document" }, at("wrong"))).rejects.toThrow(
      /--sentences-per-question 2 is for --granularity sentence/,
    );
    await expect(runStage(labelTextStage, { ...wrong, judge: "lexicon" }, at("wrong"))).rejects.toThrow(
      /--judge lexicon/,
    );
    const keyOf = async (more: object) => (await planStage(labelTextStage, { ...options, ...more })).key;
    expect(await keyOf({ sentencesPerQuestion: 1 })).toBe(await keyOf({}));
    expect(await keyOf({ sentencesPerQuestion: 2 })).not.toBe(await keyOf({}));
    expect(await keyOf({ maxUnknown: 0.5 })).toBe(await keyOf({}));
  });

  it("makes the same labels from its own spans, read as spans by hand", async () => {
    const lines = SPLITS.map((split) => readFileSync(at(`asked/${split}.spans.jsonl`), "utf8")).join("");
    writeFileSync(at("spans.jsonl"), lines);
    const spans = { ...options, spans: at("spans.jsonl"), offsets: "utf16" as const };
    await runStage(labelSpansStage, spans, at("by-hand"));
    for (const split of SPLITS) expect(labelsOf("by-hand", split)).toEqual(labelsOf("asked", split));
  });

  it("leaves documents without spans unknown, and says when no span is of this corpus", async () => {
    const marked = { id: "d8", start: 0, end: 5, label: "forget" };
    writeFileSync(at("one.jsonl"), JSON.stringify(marked));
    const spans = { ...options, spans: at("one.jsonl"), offsets: "bytes" as const };
    const { result } = await runStage(labelSpansStage, spans, at("one"));
    expect(result).toMatchObject({ documents: 1, spansOfOtherDocuments: 0 });
    const documents = SPLITS.flatMap((split) => [...labelsOf("one", split).documents]);
    expect(documents.filter((label) => label !== 255)).toHaveLength(1);
    writeFileSync(at("none.jsonl"), JSON.stringify({ ...marked, id: "stranger" }));
    await expect(runStage(labelSpansStage, { ...spans, spans: at("none.jsonl") }, at("none"))).rejects.toThrow(
      /"stranger"/,
    );
  });
});
