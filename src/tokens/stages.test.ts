import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { corpusStage, readDocuments, SPLITS } from "../corpus/index.js";
import { readDocument, readTokens, readTruth } from "./shards.js";
import { tokenizerStage, tokenizeStage } from "./stages.js";
import { loadTokenizer } from "./tokenizer.js";
import { NO_DOMAIN } from "./truth.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-tokens-"));
const at = (name: string) => join(folder, name);

/** A cut of the real embedded corpus. */
beforeAll(async () => {
  await runStage(corpusStage, { maxBytes: 400_000 }, at("corpus"));
  await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 1024 }, at("tokenizer"));
  await runStage(tokenizeStage, { corpus: at("corpus"), tokenizer: at("tokenizer") }, at("tokens"));
});

describe("the tokenize stage", () => {
  it("holds every document whole, in corpus order, ended by end of text", async () => {
    const tokenizer = loadTokenizer(at("tokens"));
    const shards = Object.fromEntries(SPLITS.map((split) => [split, readTokens(at("tokens"), split)]));
    const next = { train: 0, validation: 0, test: 0 };
    for await (const { id, text, split } of readDocuments(at("corpus"))) {
      const index = next[split]++;
      const ids = readDocument(shards[split], index);
      expect(shards[split].documents[index].id).toBe(id);
      expect(ids.at(-1)).toBe(tokenizer.specials.endOfText);
      expect(ids.subarray(0, -1).includes(tokenizer.specials.endOfText)).toBe(false);
      expect(tokenizer.decode(ids.subarray(0, -1))).toBe(text);
    }
    for (const split of SPLITS) expect(shards[split].documents.length).toBe(next[split]);
  });

  it("labels the tokens of each entry with its domain and nothing else", async () => {
    const tokenizer = loadTokenizer(at("tokens"));
    const shard = readTokens(at("tokens"), "test");
    const truth = readTruth(at("tokens"), "test")!;
    expect(truth.domains).toEqual(["biology", "general", "medical"]);
    let index = 0;
    for await (const { text, split, truth: spans = [] } of readDocuments(at("corpus"))) {
      if (split !== "test") continue;
      const start = shard.docOffsets[index];
      const end = shard.docOffsets[++index];
      expect(truth.labels[end - 1]).toBe(NO_DOMAIN);
      for (const [number, domain] of truth.domains.entries()) {
        // The text of a domain's tokens is the text of its spans, but for line ends shared with a neighbour.
        const ids = shard.tokens.subarray(start, end).filter((_, i) => truth.labels[start + i] === number);
        const expected = spans.filter((span) => span.domain === domain).map((span) => text.slice(span.start, span.end));
        expect(tokenizer.decode(ids).replaceAll("\n", "")).toBe(expected.join(""));
      }
    }
  });

  it("writes the same bytes again", async () => {
    const again = await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 1024 }, at("tokenizer-again"));
    const first = await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 1024 }, at("tokenizer"));
    expect(first.found).toBe(true);
    expect(again.outputs).toEqual(first.outputs);
  });

  it("learns from the train split only", async () => {
    const lines = readFileSync(join(at("corpus"), "documents.jsonl"), "utf8")
      .split("\n")
      .filter(Boolean);
    const blanked = lines.map((line) => {
      const document = JSON.parse(line);
      return JSON.stringify(
        document.split === "train" ? document : { ...document, text: "zzzz zzzz", truth: undefined },
      );
    });
    cpSync(at("corpus"), at("blanked"), { recursive: true });
    writeFileSync(join(at("blanked"), "documents.jsonl"), blanked.join("\n"));
    await runStage(tokenizerStage, { corpus: at("blanked"), vocabulary: 1024 }, at("tokenizer-blanked"));
    expect(loadTokenizer(at("tokenizer-blanked")).fingerprint).toBe(loadTokenizer(at("tokenizer")).fingerprint);
  });
});

describe("reading tokens", () => {
  it("refuses a shard beside another tokenizer, with both names and the way out", async () => {
    await runStage(tokenizerStage, { corpus: at("corpus"), vocabulary: 512 }, at("other"));
    cpSync(at("tokens"), at("mixed"), { recursive: true });
    for (const name of ["tokenizer.json", "specials.json"]) cpSync(join(at("other"), name), join(at("mixed"), name));
    expect(() => readTokens(at("mixed"), "test")).toThrow(
      /Token shard mixed\/test.safetensors was made with tokenizer bpe-1024:\w+, the tokenizer beside it with bpe-512:\w+\. .*npx lacuna tokenize/,
    );
    expect(() => readTruth(at("mixed"), "test")).toThrow(/bpe-1024:\w+.*bpe-512:\w+/);
  });

  it("refuses a missing split and a list of documents that does not fit", () => {
    cpSync(at("tokens"), at("torn"), { recursive: true });
    writeFileSync(join(at("torn"), "test.documents.jsonl"), '{"id":"a","source":"b"}\n');
    expect(() => readTokens(at("torn"), "test")).toThrow(/holds \d+ documents, its documents.jsonl 1/);
    expect(() => readTokens(folder, "train")).toThrow(/Cannot read/);
  });
});

describe("the tokenizer stage", () => {
  it("takes a tokenizer.json from a file, with special tokens above all of its ids", async () => {
    const file = join(at("tokenizer"), "tokenizer.json");
    await runStage(tokenizerStage, { file }, at("from-file"));
    const tokenizer = loadTokenizer(at("from-file"));
    expect(Math.min(...Object.values(tokenizer.specials))).toBe(1018);
    expect(tokenizer.encode("a heart")).toEqual(loadTokenizer(at("tokenizer")).encode("a heart"));
  });

  it("wants exactly one source", async () => {
    await expect(runStage(tokenizerStage, {}, at("none"))).rejects.toThrow(/one of --corpus, --name and --file/);
  });
});
