import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { corpusStage } from "../../corpus/index.js";
import { usableSubdomains } from "../../evaluate/boundary/subdomains.js";
import { temporaryFolder } from "../../testing/folder.js";
import { tokenizerStage, tokenizeStage } from "../../tokens/index.js";
import { pretrainStage } from "../../train/index.js";
import { renderSafeguards } from "../report/safeguards.js";
import { readSeries, readSeriesCorpus } from "../series.js";
import { stageByName } from "../stages.js";
import type { RunStep } from "../steps.js";
import { writeStudyFile } from "../testing/study-file.js";
import { collectSafeguards } from "./collect.js";
import { SAFEGUARD_BUDGETS, safeguardsConfig } from "./config.js";
import { runSafeguardSteps, sideOf } from "./pipeline.js";
import { planSafeguards } from "./run.js";

const rows = <Row>(count: number, row: (i: number) => Row) => Array.from({ length: count }, (_, i) => row(i));
const word = (i: number) => `${"bdfgklmnprst"[i % 12]}${"aeiou"[i % 5]}${"bdfgklmnprst"[(i * 5) % 12]}${i % 7}um`;
const domainOf = (i: number) => (i % 2 ? "medical" : "biology");

/** A study's folder with a synthetic corpus and two hardly trained models that are called baseline and mask. */
async function smallStudy() {
  const folder = temporaryFolder();
  const write = (name: string, records: readonly object[]) => {
    const path = join(folder, `${name}.jsonl`);
    writeFileSync(path, records.map((record) => JSON.stringify(record)).join("\n"));
    return path;
  };
  const steps = join(folder, "study", "steps");
  mkdirSync(steps, { recursive: true });
  writeStudyFile(join(folder, "study"));
  const text = (i: number) => rows(40, (k) => `${word(i + 2 * k)} is said of number ${k + i}`).join(". ");
  const files = [
    write(
      "texts",
      rows(120, (i) => ({ id: `d${i}`, text: text(i), domain: domainOf(i) })),
    ),
  ];
  const [corpus, tokenizer, tokens] = ["corpus-000000000a", "tokenizer-000000000b", "tokenize-000000000c"].map((name) =>
    join(steps, name),
  );
  await runStage(corpusStage, { files, validationShare: 0.2, testShare: 0.2 }, corpus);
  await runStage(tokenizerStage, { corpus, vocabulary: 320 }, tokenizer);
  await runStage(tokenizeStage, { corpus, tokenizer }, tokens);
  const small = { tokens, width: 8, layers: 1, heads: 1, context: 128, batch: 2, validations: 0 };
  await runStage(pretrainStage, { ...small, steps: 3 }, join(steps, "train-baseline-8x1-s1-000000000d"));
  await runStage(pretrainStage, { ...small, steps: 2 }, join(steps, "train-mask-8x1-s1-000000000e"));
  const exam = (name: string) =>
    write(
      name,
      rows(24, (i) => ({
        ...{ id: i, question: `${name} ${word(i)}?`, choices: ["one", "two", "three"], answer: i % 3 },
        category: domainOf(i),
      })),
    );
  const terms = rows(60, (i) => ({
    term: word(i),
    definition: `at ${i} comes ${i + 1} then ${i + 2}`,
    domain: domainOf(i),
  }));
  const inputs = {
    ...{ exams: [exam("exam")], teach: [exam("teach")], glossary: [write("terms", terms)] },
    forgetQuestions: [
      write(
        "ill",
        rows(12, (i) => ({ question: `ill ${word(i)}?`, reference: "rest" })),
      ),
    ],
    generalQuestions: [
      write(
        "any",
        rows(12, (i) => ({ question: `say ${word(i)}`, reference: word(i) })),
      ),
    ],
  };
  return { study: join(folder, "study"), inputs };
}

describe("the safeguards of a study", () => {
  it("asks, compares, probes and listens to every model, and puts it on a page", async () => {
    const { study, inputs: files } = await smallStudy();
    const series = readSeries(study);
    const inputs = { corpus: readSeriesCorpus(study, series), ...files };
    // As in textbooks: anatomy, and rows that name no category.
    const unclear = rows(5, (i) => ({ question: `unclear ${i}?`, choices: ["a", "b"], answer: 0 }));
    const mixed = unclear.map((record, i) => JSON.stringify(i < 3 ? { ...record, category: "mixed" } : record));
    appendFileSync(files.teach[0], `\n${mixed.join("\n")}`);
    const config = { ...safeguardsConfig("smoke"), perSide: 10 };
    const plan = await planSafeguards({ config, series, inputs, out: "unused" });
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);

    const out = temporaryFolder();
    const ran: string[] = [];
    const step: RunStep = async ({ id, stage, options }) => {
      ran.push(id);
      const path = join(out, id);
      return { path, manifest: await runStage(stageByName(stage), options, path) };
    };
    const artifacts = await runSafeguardSteps(config, series, inputs, step);
    expect(ran.sort()).toEqual(plan.map(({ id }) => id).sort());
    const results = collectSafeguards(config, series, artifacts, { commands: [], classifierF1: null });
    expect(results.arms.map(({ name }) => name)).toEqual(["baseline", "mask"]);
    expect(new Set(results.exams.map(({ group, side, isInstructed }) => `${group} ${side} ${isInstructed}`))).toEqual(
      new Set(["exam/medical forget", "exam/biology retain"].flatMap((group) => [`${group} true`, `${group} false`])),
    );
    // 12 of 24 are biology and kept, 12 medical.
    expect(results.taught).toMatchObject({ examples: 12, leftOut: { category: 15, uncategorised: 2 } });
    expect(new Set(results.glossary.map(({ side }) => side))).toEqual(new Set(["forget", "retain"]));
    const compared = new Set(results.comparisons.map(({ arm, group }) => `${arm} ${group}`));
    for (const group of ["exam/medical", "exams: forget - retain", "glossary/forget", "glossary: forget - retain"])
      expect(compared).toContain(`mask ${group}`);
    expect(results.boundary).toHaveLength(2);
    expect(results.responses.map(({ source }) => source)).toEqual(
      rows(2, () => ["forget-evaluation.jsonl", "general-evaluation.jsonl"]).flat(),
    );
    // Looked for in the training documents of the corpus, where none of them stands.
    expect(results.freeQuestions).toMatchObject({ n: 13, found: {}, questions: 12 });
    expect(results.freeQuestions!.documents).toBe(results.contamination!.documents);
    expect(results.statements).toHaveLength(2);
    const page = renderSafeguards(results, { comesBack: null, refuses: null });
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  }, 60_000);

  it("cuts enough passages for subdomains, also where half as many are read", () => {
    for (const budget of SAFEGUARD_BUDGETS) {
      const passages = Math.ceil(safeguardsConfig(budget).passages / 2);
      const documents = new Map(["first", "second"].map((name) => [name, Uint32Array.from(rows(passages, (i) => i))]));
      expect(usableSubdomains({ test: { documents } }).lacking).toEqual({});
    }
  });

  it("knows a group's side by its category", () => {
    const config = { forget: ["medical"], retain: ["biology"] };
    expect(["mmlu/medical", "glossary/retain", "mmlu/biology", "mmlu"].map((group) => sideOf(group, config))).toEqual([
      ...["forget", "retain", "retain", "other"],
    ]);
  });
});
