import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { openStore } from "../base/store/index.js";
import { classifierStage, openClassifier } from "../classify/index.js";
import { smallText } from "../classify/ngram/testing/small-text.js";
import { readDocuments } from "../corpus/index.js";
import { findInputs } from "../corpus/input/index.js";
import { loadTokenizer } from "../tokens/index.js";
import { countsOf } from "./job/finish.js";
import { finishJob, openScored, planJob, readRecord, scoreInput, startJob, tokenRows, verifyJob } from "./job/index.js";
import { scoreStage } from "./score-stage.js";
import { readScoreFile } from "./scores.js";

const root = mkdtempSync(join(tmpdir(), "lacuna-ngram-job-"));
afterAll(() => rmSync(root, { recursive: true }));
const at = (name: string) => join(root, name);

it("a job over JSONL files gives the scores that the score stage gives on tokens, and counts unfamiliar documents", async () => {
  const { corpus, tokens, labels } = await smallText(root);
  const classifier = at("classifier");
  await runStage(classifierStage, { labels, tokens, buckets: 4096, strengths: [1] }, classifier);
  await runStage(scoreStage, { tokens, classifier, partTokens: 500 }, at("scores"));
  const texts: { id: string; text: string }[] = [];
  for await (const { id, text, split } of readDocuments(corpus)) if (split === "train") texts.push({ id, text });
  const foreign = {
    id: "foreign",
    text: "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ".repeat(4),
  };
  const lines = [...texts, foreign].map((row) => JSON.stringify(row));
  writeFileSync(at("in.jsonl"), lines.join("\n"));
  const store = openStore(at("job"));
  const plan = planJob({ inputs: await findInputs([at("in.jsonl")]), classifier, settings: { partTokens: 700 } });
  await startJob(store, plan, classifier);
  const opened = await openClassifier(classifier);
  const tokenizer = loadTokenizer(classifier);
  await scoreInput(store, plan, opened, 0, {
    open: (shard, fromRow) => tokenRows(plan.inputs[shard], plan.settings, tokenizer, fromRow),
  });
  expect(await finishJob(store, plan)).toBe(true);
  const fromStage = readScoreFile(join(at("scores"), "train.safetensors"));
  const found: number[] = [];
  const documents: number[] = [];
  for await (const block of (await openScored(at("job"))).blocks(0)) {
    found.push(...block.tokenScores);
    documents.push(...block.documentScores);
  }
  expect(found.slice(0, fromStage.tokenScores.length)).toEqual([...fromStage.tokenScores]);
  expect(documents.slice(0, -1)).toEqual([...fromStage.documentScores]);
  expect(new Set(found).size).toBeGreaterThan(20);
  const record = (await readRecord(store, plan, 0))!;
  expect(record).toMatchObject({ documents: texts.length + 1, unfamiliar: 1 });
  expect(countsOf([record, record]).unfamiliar).toBe(2);
  expect((await verifyJob(store)).problems).toEqual([]);
});
