import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { toQuestions } from "./layouts.js";
import { readQuestions } from "./read.js";

const caseFile = (name: string) => fileURLToPath(new URL(`../../testing/cases/${name}`, import.meta.url));
const question = "Which?";

type Schema = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>;
const text = (name: string): Schema => [
  { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
];
const list = (name: string): Schema => [
  { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  ...text("element"),
];
const struct = (name: string, ...fields: Schema[]): Schema => [
  { name, repetition_type: "OPTIONAL", num_children: fields.length },
  ...fields.flat(),
];

/** The answers of a Parquet file of these columns. */
async function answersOf(columns: Record<string, [Schema, unknown[]]>) {
  const path = join(temporaryFolder(), "set.parquet");
  const schema = [
    { name: "root", num_children: Object.keys(columns).length },
    ...Object.values(columns).flatMap(([s]) => s),
  ];
  const columnData = Object.entries(columns).map(([name, [, data]]) => ({ name, data }));
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, schema })));
  const { questions, unusable } = await readQuestions([path]);
  return { answers: questions.map(({ choices, answer }) => choices[answer]), unusable };
}

describe("question sets in Parquet", () => {
  it("MMLU: choices are a list, answers integers of 64 bits", async () => {
    const choices = ["a", "b", "c", "d"];
    const answer: Schema = [{ name: "answer", type: "INT64", repetition_type: "OPTIONAL" }];
    const found = await answersOf({
      question: [text("question"), [question, question, question]],
      choices: [list("choices"), [choices, choices, choices]],
      answer: [answer, [3n, 0n, null]],
      subject: [text("subject"), ["virology", null, null]],
    });
    expect(found).toEqual({ answers: ["d", "a"], unusable: { "answer: there is none": 1 } });
  });

  it("ARC: choices are texts beside labels, which may be numbers", async () => {
    const choices = (label: string[]) => ({ text: ["a", "b", "c"], label });
    const found = await answersOf({
      question: [text("question"), [question, question]],
      choices: [struct("choices", list("text"), list("label")), [choices(["A", "B", "C"]), choices(["1", "2", "3"])]],
      answerKey: [text("answerKey"), ["C", "1"]],
    });
    expect(found.answers).toEqual(["c", "a"]);
  });

  it("MedQA: options are a structure, with nothing under a letter that a question lacks", async () => {
    const found = await answersOf({
      question: [text("question"), [question, question]],
      options: [
        struct("options", text("A"), text("B"), text("C")),
        [
          { A: "one", B: "two", C: "three" },
          { A: "four", B: "five", C: null },
        ],
      ],
      answer_idx: [text("answer_idx"), ["C", "B"]],
      answer: [text("answer"), ["three", "five"]],
    });
    expect(found.answers).toEqual(["three", "five"]);
  });

  it("MedMCQA: as the hub has it", async () => {
    const { questions } = await readQuestions([caseFile("medmcqa_hub.parquet")]);
    expect(questions.map(({ answer, subject }) => [answer, subject])).toEqual([0, 1, 3].map((cop) => [cop, "ENT"]));
  });
});

describe("question sets", () => {
  it("have no answer where cop is null, and say so", async () => {
    const { questions, unusable } = await readQuestions([caseFile("medmcqa_nullcop.jsonl")]);
    expect(questions.map(({ id, answer }) => [id, answer])).toEqual([["medmcqa_nullcop:1", 0]]);
    expect(unusable).toEqual({ "answer: there is none": 1 });
  });

  it("are refused where every answer is hidden", async () => {
    const path = join(temporaryFolder(), "test.jsonl");
    writeFileSync(path, JSON.stringify({ question, opa: "a", opb: "b", opc: "c", opd: "d", cop: -1 }));
    await expect(readQuestions([path])).rejects.toThrow(
      /holds no multiple-choice question \(answer: -1, which hides it/,
    );
  });

  it("may have options as a list of keys and values, or letters up to J", () => {
    const options = [
      { key: "A", value: "one" },
      { key: "B", value: "two" },
    ];
    const ten = Array.from({ length: 10 }, (_, i) => `choice ${i}`);
    expect(
      toQuestions([
        { question, options, answer_idx: "B", answer: "two" },
        { question, options: ten, answer: "I", answer_index: 8 },
      ]),
    ).toMatchObject([{ choices: ["one", "two"], answer: 1 }, { answer: 8 }]);
  });

  it("of ours count from 0: they have prompts", () => {
    const record = { question, prompt: "Term:", choices: ["a", "b", "c"], answer: 1 };
    expect(toQuestions([record])).toMatchObject([{ answer: 1 }]);
  });
});
