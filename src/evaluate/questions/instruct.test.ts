import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { syntheticModel } from "../testing/synthetic-model.js";
import { instructStage, letterExample } from "./instruct-stage.js";
import { type QuestionsResult, questionsStage } from "./stage.js";

const ask = (i: number) => ({
  question: `Is ${i}!`,
  choices: ["a", "b"],
  answer: "B",
  category: i % 2 ? "odd" : "even",
});
const write = (folder: string, name: string, from: number, to: number) => {
  const path = join(folder, name);
  const records = Array.from({ length: to - from }, (_, i) => JSON.stringify(ask(from + i)));
  writeFileSync(path, records.join("\n"));
  return path;
};

describe("npx lacuna instruct", () => {
  it("trains one position of an example, the letter's, whatever the text holds", async () => {
    const { tokenizer } = await syntheticModel(temporaryFolder());
    const question = { id: "q", question: "Wow!!! Right?!", choices: ["yes!", "no!"], answer: 0 };
    const { tokens, lossMask } = letterExample(question, tokenizer);
    const trained = Array.from(tokens).filter((_, i) => lossMask[i] === 1);
    expect(tokenizer.decode(trained)).toBe("A");
    expect(lossMask[tokens.length - 1]).toBe(1);
    expect(tokens[0]).toBe(tokenizer.specials.endOfText);
    expect(tokenizer.decode(Array.from(tokens).slice(-9))).toBe("Answer: A");
  });

  it("teaches the letter, and leaves out what is asked later, is of a category, or too long", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const [train, later] = [write(folder, "train.jsonl", 0, 40), write(folder, "later.jsonl", 30, 60)];
    writeFileSync(train, `\n${JSON.stringify({ ...ask(0), question: "long ".repeat(30) })}`, { flag: "a" });
    const instructed = join(folder, "instructed");
    const options = { model, questions: [train], without: [later], excludeCategories: ["odd"], epochs: 20, lr: 0.02 };
    const { result } = await runStage(instructStage, options, instructed);
    expect(result).toMatchObject({
      examples: 15,
      leftOut: { category: 20, uncategorised: 0, askedLater: 5, tooLong: 1 },
    });
    const margin = async (directory: string, name: string) => {
      const asked = { model: directory, questions: [later], scoring: ["letter" as const] };
      const { groups } = (await runStage(questionsStage, asked, join(folder, name))).result as QuestionsResult;
      return groups["later/even"].measures["letter margin"]!.value;
    };
    expect(await margin(instructed, "after")).toBeGreaterThan((await margin(model, "before")) + 0.5);
  });

  it("learns from named categories alone: rows of another or of none are left out and counted", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const train = write(folder, "train.jsonl", 0, 10);
    const { category: _, ...uncategorised } = ask(1000);
    const more = [{ ...ask(1001), category: "mixed" }, { ...ask(1002), category: "mixed" }, uncategorised];
    writeFileSync(train, more.map((record) => `\n${JSON.stringify(record)}`).join(""), { flag: "a" });
    const options = { model, questions: [train], categories: ["even", "odd"], excludeCategories: ["odd"], epochs: 1 };
    const { result } = await runStage(instructStage, options, join(folder, "instructed"));
    expect(result).toMatchObject({ examples: 5, leftOut: { category: 7, uncategorised: 1, askedLater: 0 } });
  });
});
