/**
 * @file Every stage on nothing: no document, no token, no label, no question. Each must stop with a sentence that says what to do.
 *
 * The table names all stages; a new one is missing from it until somebody has asked what it does with nothing.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { PACKAGE_ROOT } from "../base/package.js";
import { defineStage, runStage } from "../base/stage.js";
import { SPLITS, writeDocuments } from "../corpus/index.js";
import { writeScores } from "../filter/index.js";
import { writeLabels } from "../label/index.js";
import { GptConfig, initialise, saveModel } from "../nn/index.js";
import { BYTE_CHARACTERS } from "../tokens/byte-alphabet.js";
import { copyTokenizer, placeSpecials, tokenizerFingerprint, writeTokenizer, writeTokens } from "../tokens/index.js";
import { writeByteLevelJson } from "../tokens/tokenizer-json.js";
import { STAGES } from "./stages.js";

const folder = mkdtempSync(join(tmpdir(), "lacuna-nothing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

/** A finished artifact that passes for one of a stage. */
async function artifact(name: string, stage: string, write: (out: string) => Promise<void>, result: unknown = {}) {
  const made = defineStage({
    ...{ name: stage, summary: "", why: "", examples: [], version: 1, options: z.object({}), inputs: [] },
    run: async (_, { out }) => {
      await write(out);
      return result;
    },
  });
  await runStage(made, {}, at(name));
}

beforeAll(async () => {
  const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  const placed = placeSpecials("bytes", 256);
  const tokenizer = (out: string) => writeTokenizer(out, writeByteLevelJson(vocabulary, []), placed);
  await artifact("tokenizer", "tokenizer", tokenizer);
  const fingerprint = tokenizerFingerprint(at("tokenizer"));
  const shard = { tokens: new Uint32Array(0), docOffsets: Float64Array.of(0), documents: [], fingerprint };
  await artifact("tokens", "tokenize", async (out) => {
    await tokenizer(out);
    for (const split of SPLITS) await writeTokens(out, split, shard);
  });
  await artifact("labels", "label", async (out) => {
    const none = { tokens: new Uint8Array(0), documents: new Uint8Array(0) };
    for (const split of SPLITS) await writeLabels(out, split, none, { tokenizer: fingerprint, domain: "medicine" });
  });
  const scored = { domain: "medicine", classifier: "synthetic" };
  await artifact(
    "scores",
    "score",
    async (out) => {
      const none = { tokenScores: new Uint8Array(0), documentScores: new Uint8Array(0) };
      const made = { ...none, tokenizer: fingerprint, classifier: "synthetic" };
      for (const split of SPLITS) await writeScores(join(out, `${split}.safetensors`), made);
    },
    scored,
  );
  await artifact("classifier", "classifier", tokenizer);
  await artifact("model", "pretrain", async (out) => {
    const { vocabularySize } = JSON.parse(JSON.stringify(placed)) as { vocabularySize: number };
    const config = GptConfig.parse({ vocabulary: vocabularySize, width: 8, layers: 1, heads: 1, context: 16 });
    await saveModel(out, { config, direction: "forward", parameters: initialise(config, 1) });
    await copyTokenizer(at("tokens"), out);
  });
  await artifact("corpus", "corpus", (out) => writeDocuments(out, []));
  await artifact("sae", "sae", async (out) => writeFileSync(join(out, "sae.json"), "{}"));
  await artifact("answers", "questions", async (out) => writeFileSync(join(out, "answers.jsonl"), ""));
  await artifact("asked", "refusal-questions", async (out) => {
    for (const kind of ["forget", "general"])
      for (const part of ["train", "evaluation"]) writeFileSync(join(out, `${kind}-${part}.jsonl`), "");
  });
  writeFileSync(at("empty.jsonl"), "");
  writeFileSync(at("spans.jsonl"), "");
  const question = { id: "q", question: "Which one?", choices: ["this", "that"], answer: 0 };
  writeFileSync(at("question.jsonl"), JSON.stringify(question));
}, 60_000);

const domain = join(PACKAGE_ROOT, "domains/medicine.json");
const [tokens, labels, scores, model, corpus] = ["tokens", "labels", "scores", "model", "corpus"].map(at);
const empty = at("empty.jsonl");

/** Options of each stage that give it nothing, and what it says; or why nothing cannot be given to it. */
const NOTHING: Record<string, string | [Record<string, unknown>, RegExp]> = {
  corpus: [{ files: [empty] }, /The corpus is empty: .*has no document with text/],
  tokenizer: [{ corpus }, /has no train document to learn a vocabulary from/],
  tokenize: [{ corpus, tokenizer: at("tokenizer") }, /The corpus has no document to tokenize/],
  pretrain: [{ tokens }, /The training split holds 0 tokens/],
  sae: [{ model, tokens }, /holds no token: its corpus is empty/],
  label: [{ sae: at("sae"), model, tokens, domain }, /holds no token: its corpus is empty/],
  "label-text": [{ tokens, domain }, /holds no document to label/],
  "label-spans": [{ spans: at("spans.jsonl"), offsets: "bytes", tokens, domain }, /No document of .* has an id of/],
  "label-derive": [{ labels, tokens }, /holds no document to label/],
  classifier: [{ labels, tokens }, /Of 0 train sentences .* Label more documents/],
  "label-classifier": [{ classifier: at("classifier"), labels, tokens }, /holds no token: its corpus is empty/],
  "classifier-report": "it compares finished classifiers, each of which had rows to be measured on",
  score: [{ tokens, classifier: at("classifier") }, /holds no token: its corpus is empty/],
  "score-control": [{ tokens, scores, labels: "random" }, /holds no token: its corpus is empty/],
  filter: [{ scores, tokens, method: "mask", threshold: 0.5 }, /holds no token: its corpus is empty/],
  evaluate: [{ model, tokens }, /has no document to evaluate on/],
  contamination: [{ questions: [at("question.jsonl")], text: [empty] }, /holds no document to look in/],
  "glossary-set": [{ glossary: [empty], text: [empty] }, /holds no glossary entry/],
  instruct: [{ model, questions: [empty] }, /holds no multiple-choice question/],
  questions: [{ model, questions: [empty] }, /holds no multiple-choice question/],
  compare: [{ first: at("answers"), second: at("answers") }, /There is nothing to compare/],
  boundary: [{ model, tokens }, /knows no domains of its train tokens\. Give --labels/],
  "export-model": "a model has weights, whatever it was trained on",
  "chat-tune": [{ model, data: [empty] }, /none of 0 conversations/],
  "refusal-questions": [{ forget: [empty], general: [empty] }, /holds no question/],
  "refusal-tune": [{ model, questions: at("asked") }, /no question with its refusal/],
  unlearn: [{ model, tokens }, /has no document of medical/],
  attack: [{ model, tokens, target: 1, pretrainingTokens: 100 }, /has no document of medical/],
  refusals: [{ model, questions: at("asked") }, /holds no question to ask/],
  responses: [{ model, questions: [empty] }, /holds no question/],
};

describe("a stage that is given nothing", () => {
  it("is in the table, whichever stage", () => {
    expect(Object.keys(NOTHING).sort()).toEqual(STAGES.map(({ name }) => name).sort());
  });

  const given = Object.entries(NOTHING).flatMap(([name, of]) =>
    typeof of === "string" ? [] : [[name, ...of] as const],
  );
  it.each(given)("%s stops with a sentence, and makes nothing", async (name, options, sentence) => {
    const stage = STAGES.find((one) => one.name === name)!;
    const out = at(`out-${name}`);
    const error = await runStage(stage, options as never, out).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, String(error)).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(sentence);
    expect(existsSync(out)).toBe(false);
  });
});
