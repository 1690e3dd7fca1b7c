import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/folder.js";
import { type Fields, toQuestions } from "./layouts.js";
import { clozeContinuations, letterPrompt, priorContinuations } from "./prompts.js";
import { readQuestions } from "./read.js";

const made = (record: Fields, beside: readonly Fields[] = []) => toQuestions([record, ...beside])[0];
const four = { question: "Which?", choices: ["a", "b", "c", "d"] };

describe("formats of question sets (synthetic records)", () => {
  it("MMLU: index or letter", () => {
    const first = [{ ...four, answer: 0 }];
    expect(made({ ...four, answer: 2, subject: "virology" }, first)).toMatchObject({ answer: 2, subject: "virology" });
    expect(made({ ...four, answer: "D" })).toMatchObject({ answer: 3, id: "0" });
  });

  it("MedQA: options by letter, the answer by letter or by text", () => {
    const options = { B: "two", A: "one", C: "three" };
    const choices = ["one", "two", "three"];
    expect(made({ question: "Which?", options, answer_idx: "C", answer: "three" })).toMatchObject({
      choices,
      answer: 2,
    });
    expect(made({ question: "Which?", options, answer: "one" })).toMatchObject({ choices, answer: 0 });
  });

  it("MedMCQA: cop counts from 0 on the hub and from 1 in the authors' files, told by the whole file", () => {
    const record = (cop: number) => ({
      question: "Which?",
      opa: "a",
      opb: "b",
      opc: "c",
      opd: "d",
      cop,
      subject_name: "ENT",
    });
    expect(made(record(1), [record(0)])).toMatchObject({ answer: 1, subject: "ENT" });
    expect(made(record(1), [record(4)])).toMatchObject({ answer: 0 });
    expect(made(record(2))).toEqual({ unusable: expect.stringContaining("counts from 0 or 1, no record tells") });
    expect(made(record(-1), [record(0)])).toEqual({ unusable: "answer: -1, which hides it" });
    expect(made({ ...record(0), cop: null }, [record(0)])).toEqual({ unusable: "answer: there is none" });
  });

  it("PubMedQA: contexts of either form, yes no maybe", () => {
    const hub = { pubid: 12, question: "Is it?", context: { contexts: ["one", "two"] }, final_decision: "maybe" };
    expect(made(hub)).toMatchObject({ id: "12", context: "one\ntwo", choices: ["yes", "no", "maybe"], answer: 2 });
    const authors = { id: "9", QUESTION: "Is it?", CONTEXTS: ["one"], final_decision: "no" };
    expect(made(authors)).toMatchObject({ id: "9", question: "Is it?", context: "one", answer: 1 });
    expect(made({ ...hub, final_decision: undefined })).toHaveProperty("unusable");
  });

  it("ours: a prompt of its own; an answer beyond the choices is none", () => {
    expect(made({ ...four, answer: 0, prompt: "Term:" })).toMatchObject({ prompt: "Term:" });
    expect(made({ ...four, answer: 5 }, [{ ...four, answer: 0 }])).toEqual({ unusable: "answer: no such choice" });
    expect(made({ ...four, answer: null })).toEqual({ unusable: "answer: there is none" });
  });
});

describe("reading question files", () => {
  const write = (name: string, content: string | Buffer) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, content);
    return path;
  };

  it("counts what is no question, and gives unique ids and groups", async () => {
    const lines = [
      { ...four, id: "x", answer: 0, category: "medical" },
      { ...four, id: "x", answer: 2 },
      { ...four, id: "y" },
    ].map((record) => JSON.stringify(record));
    const path = write("set.jsonl.gz", gzipSync([...lines, "not json", ""].join("\n")));
    const { questions, unusable } = await readQuestions([path]);
    expect(questions.map(({ id, group }) => [id, group])).toEqual([
      ["set:x", "set/medical"],
      ["set:x#2", "set"],
    ]);
    expect(Object.values(unusable).reduce((a, b) => a + b)).toBe(2);
  });

  it("reads one .json of records by id", async () => {
    const path = write("pqal.json", JSON.stringify({ 7: { QUESTION: "Is it?", CONTEXTS: [], final_decision: "yes" } }));
    await expect(readQuestions([path])).rejects.toThrow(/context/);
    const good = write(
      "good.json",
      JSON.stringify({ 7: { QUESTION: "Is it?", CONTEXTS: ["c"], final_decision: "yes" } }),
    );
    expect((await readQuestions([good])).questions[0]).toMatchObject({ id: "good:7", answer: 0 });
  });

  it("refuses files without questions and two files of one name", async () => {
    const path = write("set.jsonl", `${JSON.stringify({ question: "no choices" })}\n`);
    await expect(readQuestions([path])).rejects.toThrow(/holds no multiple-choice question \(choices/);
    const fine = JSON.stringify({ ...four, answer: 0 });
    await expect(readQuestions([write("a.jsonl", fine), write("a.jsonl", fine)])).rejects.toThrow(/called "a"/);
  });
});

describe("prompts", () => {
  const question = { id: "q", question: "Is 1 + 1 = 2?", choices: ["yes, = 2", "no"], answer: 0 };

  it("has the paper's shape, and choices with = stay whole", () => {
    expect(letterPrompt(question)).toBe("Is 1 + 1 = 2?\n\nChoices:\nChoice: yes, = 2 = A\nChoice: no = B\nAnswer:");
    expect(clozeContinuations(question)[0]).toEqual({ prompt: "Question: Is 1 + 1 = 2?\nAnswer:", text: " yes, = 2" });
  });

  it("scores the prior after the last line of the prompt alone", () => {
    expect(priorContinuations(question)[1]).toEqual({ prompt: "Answer:", text: " no" });
    const own = { ...question, prompt: "Definition: d\nTerm:" };
    expect(priorContinuations(own)[0].prompt).toBe("Term:");
    expect(clozeContinuations({ ...question, context: "Read this." })[0].prompt).toMatch(/^Read this\.\n\nQuestion:/);
  });
});
