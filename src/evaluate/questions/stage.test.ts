import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { contaminationStage } from "../contamination/stage.js";
import { syntheticModel } from "../testing/synthetic-model.js";
import { readAnswers } from "./answers.js";
import { drawPerGroup, questionsStage } from "./stage.js";

const records = Array.from({ length: 300 }, (_, i) => ({
  id: `q${i}`,
  question: `Which number comes after ${i} in the row of synthetic numbers that we count?`,
  choices: [`${i + 1}`, `${i - 1}`, `${i} = ${i}`],
  answer: i % 3,
  category: i < 20 ? "few" : "many",
}));

function writeSet(folder: string): string {
  const path = join(folder, "set.jsonl");
  writeFileSync(path, records.map((record) => JSON.stringify(record)).join("\n"));
  return path;
}

describe("npx lacuna questions", () => {
  it("answers every drawn question, and ends with the same bytes after an interruption", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const options = { model, questions: [writeSet(folder)] };
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    const { result } = await runStage(questionsStage, options, whole);
    expect(result).toMatchObject({ questions: 300, unusable: {}, tokensPerLetter: 2 });
    let parts = 0;
    const progress = () => {
      if (++parts === 1) throw new Error("killed");
    };
    await expect(runStage(questionsStage, options, broken, { progress })).rejects.toThrow("killed");
    const { fingerprint } = await runStage(questionsStage, options, broken);
    expect(readFileSync(join(broken, "answers.jsonl"))).toEqual(readFileSync(join(whole, "answers.jsonl")));
    expect(fingerprint).toBe((await runStage(questionsStage, options, whole)).fingerprint);
    for (const { letter, cloze, prior, bytes } of readAnswers(whole))
      for (const scores of [letter, cloze, prior]) expect(scores).toHaveLength(bytes.length);
  });

  it("leaves out what stands in the training text, and counts it", async () => {
    const folder = temporaryFolder();
    const { directory: model } = await syntheticModel(folder);
    const questions = [writeSet(folder)];
    const text = join(folder, "text.jsonl");
    const copy = `Before. ${records[5].question.toUpperCase()} Its answer is...`;
    writeFileSync(
      text,
      `${JSON.stringify({ id: "doc", text: "nothing" })}\n${JSON.stringify({ id: "leak", text: copy })}`,
    );
    const contamination = join(folder, "contamination");
    const { result: check } = await runStage(contaminationStage, { questions, text: [text] }, contamination);
    expect(check).toMatchObject({
      documents: 2,
      contaminated: 1,
      groups: { "set/few": { questions: 20, contaminated: 1 } },
    });
    const out = join(folder, "out");
    const { result } = await runStage(
      questionsStage,
      { model, questions, perGroup: 20, scoring: ["letter"], contamination },
      out,
    );
    const { groups } = result as { groups: Record<string, unknown> };
    expect(groups["set/few"]).toMatchObject({ questions: 19, contaminated: 1 });
    expect(groups["set/many"]).toMatchObject({ questions: 20, contaminated: 0 });
  });

  it("draws questions of a group by the seed and the group alone", () => {
    const all = records.map((record) => ({ ...record, group: record.category }));
    const drawn = drawPerGroup(all, { perGroup: 10, excludeSubjects: [], seed: 1 });
    const few = all.filter(({ group }) => group === "few");
    expect(drawn.slice(0, 10)).toEqual(drawPerGroup(few, { perGroup: 10, excludeSubjects: [], seed: 1 }));
    expect(drawPerGroup(all, { perGroup: 10, excludeSubjects: [], seed: 2 })).not.toEqual(drawn);
    expect(() => drawPerGroup(all, { perGroup: 10, excludeSubjects: ["none"], seed: 1 })).toThrow(/no question has/);
  });
});
