import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { type Instruction, readInstructions } from "./conversations.js";
import { type QuestionSets, readQuestionSet, refusalQuestionsStage, sameness, splitQuestions } from "./questions.js";

const prompt = (question: string, reference: string | null = "yes", id = question): Instruction => ({
  ...{ id, question, reference, source: "synthetic" },
});
const rowsOf = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const questions = (prompts: Instruction[]) => prompts.map(({ question }) => question);
const allOf = ({ forget, general }: QuestionSets) => ({
  train: [...forget.train, ...general.train],
  evaluation: [...forget.evaluation, ...general.evaluation],
});

describe("the split of questions", () => {
  it("never has a question, however worded, in training and evaluation, nor one twice", () => {
    const word = fc.constantFrom("a", "A", "b", "é", "e\u0301", " ", "?", "\n", "1");
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
    const list = fc.array(fc.record({ question: text, hasAnswer: fc.boolean() }), { maxLength: 30 });
    const made = list.map((rows) => rows.map(({ question, hasAnswer }) => prompt(question, hasAnswer ? "x" : null)));
    fc.assert(
      fc.property(made, made, made, fc.integer({ min: 1, max: 99 }), (forget, general, unseen, seed) => {
        const { sets, repeated } = splitQuestions(
          { forget, general, unseen },
          { evaluationShare: 0.5, trainPerFile: 100, evaluatePerFile: 100, seed },
        );
        const { train, evaluation } = allOf(sets);
        const keys = [...train, ...evaluation].map(({ question }) => sameness(question));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.length + repeated).toBe(forget.length + general.length + unseen.length);
        const [forgetKeys, generalKeys] = [[...forget, ...unseen], general].map(
          (prompts) => new Set(prompts.map(({ question }) => sameness(question))),
        );
        expect(keys.filter((key) => forgetKeys.has(key) && generalKeys.has(key))).toEqual([]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("takes questions that differ in case, spaces and punctuation for one", () => {
    expect(sameness("What is  Asthma?")).toBe(sameness("what is asthma"));
    expect(sameness("What is asthma?")).not.toBe(sameness("What was asthma?"));
  });

  it("keeps the share asked for, and what cannot be learned from for evaluation", () => {
    const many = (name: string, count: number, reference: string | null = "x") =>
      Array.from({ length: count }, (_, i) => prompt(`${name} ${i}`, reference));
    const given = {
      forget: many("forget", 40),
      general: [...many("general", 20), ...many("open", 5, null)],
      unseen: many("unseen", 7),
    };
    const how = { evaluationShare: 0.25, trainPerFile: 100, evaluatePerFile: 100, seed: 3 };
    const { sets } = splitQuestions(given, how);
    expect([sets.forget.train.length, sets.forget.evaluation.length]).toEqual([30, 10 + 7]);
    expect([sets.general.train.length, sets.general.evaluation.length]).toEqual([15, 5 + 5]);
    const few = splitQuestions(given, { ...how, trainPerFile: 8, evaluatePerFile: 6 });
    expect([few.sets.general.evaluation.length, few.sets.forget.train.length]).toEqual([6, 8]);
    for (const { question } of few.sets.forget.train) expect(questions(sets.forget.train)).toContain(question);
    expect(questions(allOf(sets).train).filter((question) => /open|unseen/.test(question))).toEqual([]);
    expect(splitQuestions(given, how)).toEqual(splitQuestions(given, how));
    expect(splitQuestions(given, { ...how, seed: 4 }).sets.forget).not.toEqual(sets.forget);
  });

  it("is a stage whose files are read back, and which says what it lacks", async () => {
    const folder = temporaryFolder();
    const write = (name: string, rows: object[]) => {
      writeFileSync(join(folder, name), rowsOf(rows));
      return [join(folder, name)];
    };
    const forget = write("forget.jsonl", [{ question: "What is asthma? " }, { question: "Is gout painful?" }]);
    const general = write("general.jsonl", [
      { instruction: "Translate", input: "chat", output: "cat" },
      { instruction: "Count to two", output: "one two" },
    ]);
    const out = join(folder, "split");
    const { result } = await runStage(refusalQuestionsStage, { forget, general }, out);
    expect(result).toMatchObject({ "forget-train.jsonl": 1, "general-evaluation.jsonl": 1, repeated: 0 });
    const sets = await Promise.all([
      readQuestionSet(out, "general", "train"),
      readQuestionSet(out, "general", "evaluation"),
    ]);
    expect(questions(sets.flat()).sort()).toEqual(["Count to two", "Translate: chat"]);
    const glossary = write("glossary.jsonl", [
      { domain: "medical", term: "gout", definition: "a painful illness" },
      { domain: "medical", term: "scurvy", definition: "a lack of vitamin C" },
      { domain: "general", term: "verse", definition: "a line of a poem" },
      { domain: "general", term: "tax", definition: "money for the state" },
    ]);
    const matched = { forget: glossary, forgetDomains: ["medical"], general: glossary, generalDomains: ["general"] };
    await runStage(refusalQuestionsStage, matched, join(folder, "matched"));
    const [ill] = await readQuestionSet(join(folder, "matched"), "forget", "train");
    expect(ill.question).toMatch(/^What is (gout|scurvy)\?$/);
    const nothing = { ...matched, generalDomains: ["law"] };
    await expect(runStage(refusalQuestionsStage, nothing, join(folder, "nothing"))).rejects.toThrow(/domains law/);
    const alone = write("alone.jsonl", [{ question: "Why?", reference: "x" }]);
    await expect(runStage(refusalQuestionsStage, { forget: alone, general }, join(folder, "few"))).rejects.toThrow(
      /No forget question is left for train/,
    );
  });

  it("tells questions of one id apart, and does not read two files of one name", async () => {
    const folder = temporaryFolder();
    const write = (name: string) => {
      mkdirSync(join(folder, name));
      const path = join(folder, name, "same.jsonl");
      writeFileSync(
        path,
        rowsOf(["a", "b"].map((letter) => ({ id: 7, question: `${name} ${letter}?`, reference: "x" }))),
      );
      return path;
    };
    const [first, second] = [write("first"), write("second")];
    expect((await readInstructions([first])).map(({ id }) => id)).toEqual(["same.jsonl:7", "same.jsonl:7#2"]);
    await expect(readInstructions([first, second])).rejects.toThrow(/Two question files are called "same.jsonl"/);
    const unseen = { forget: [first], unseen: [second], general: [first] };
    await expect(runStage(refusalQuestionsStage, unseen, join(folder, "out"))).rejects.toThrow(/same.jsonl/);
  });

  it("does not ask what stands in the pretraining text, and counts it by file", async () => {
    const folder = temporaryFolder();
    const write = (name: string, rows: object[]) => {
      writeFileSync(join(folder, name), rowsOf(rows));
      return [join(folder, name)];
    };
    const long = (word: string) => `those who have it say of ${word} that they saw two or three signs of it`;
    const forget = write(
      "ill.jsonl",
      ["gout", "scurvy"].map((word) => ({ question: `What is ${word}?`, reference: long(word) })),
    );
    const unseen = write(
      "unseen.jsonl",
      ["mumps", "rabies"].map((word) => ({ question: `What of ${word}?`, reference: long(word) })),
    );
    const general = write(
      "any.jsonl",
      ["one", "two"].map((word) => ({ question: `Count to ${word}`, reference: word })),
    );
    // The words of an answer, in other case and punctuation; and one that lacks a word.
    const text = write("texts.jsonl", [
      { id: "d", text: `We know: ${long("MUMPS")}!` },
      { text: long("rabies").replace("or", "") },
    ]);
    const ask = async (options: object, name: string) => {
      const { result } = await runStage(
        refusalQuestionsStage,
        { forget, general, unseen, ...options },
        join(folder, name),
      );
      return { result, asked: questions(await readQuestionSet(join(folder, name), "forget", "evaluation")) };
    };
    const checked = await ask({ text }, "checked");
    expect(checked.asked).toContain("What of rabies?");
    expect(checked.asked).not.toContain("What of mumps?");
    expect(checked.result).toMatchObject({
      pretrainedOn: { n: 13, documents: 2, questions: 4, found: { "unseen.jsonl": 1 } },
    });
    const unchecked = await ask({}, "unchecked");
    expect(unchecked.asked).toContain("What of mumps?");
    expect(unchecked.result).toMatchObject({ pretrainedOn: null });
  });
});
