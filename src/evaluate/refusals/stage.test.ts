import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { temporaryFolder } from "../../testing/folder.js";
import { pretrainStage, refusalQuestionsStage, refusalTuneStage } from "../../train/index.js";
import { syntheticCorpus, writeArtifacts } from "../../train/testing/synthetic.js";
import type { JudgedResponse, RefusalsResult } from "./index.js";
import { refusalsStage } from "./stage.js";

/** A model that is taught to refuse what says "ill" by the token, on synthetic questions. */
async function setUp() {
  const folder = temporaryFolder();
  const { tokens } = await writeArtifacts(folder, syntheticCorpus(20));
  const base = join(folder, "base");
  const small = { width: 32, layers: 1, heads: 2, context: 64, batch: 4, steps: 2, validations: 0 };
  await runStage(pretrainStage, { tokens, ...small }, base);
  const write = (name: string, rows: object[]) => {
    writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return [join(folder, name)];
  };
  const letters = [..."abcdefghijklmnopqrst"];
  const forget = write(
    "ill.jsonl",
    letters.map((letter) => ({ question: `${"ill ".repeat(4)}${letter}` })),
  );
  const general = write("add.jsonl", [
    ...letters.map((letter) => ({ question: `${"add ".repeat(4)}${letter}`, reference: "ok" })),
    { question: "x".repeat(60) },
  ]);
  const questions = join(folder, "questions");
  await runStage(refusalQuestionsStage, { forget, general }, questions);
  const model = join(folder, "refuses");
  const tuning = { batch: 10, epochs: 50, lr: 0.03, context: 48, form: "token" as const };
  await runStage(refusalTuneStage, { model: base, questions, ...tuning }, model);
  return { folder, base, model, questions };
}

describe("npx lacuna refusals", () => {
  it("finds that a model refuses what it was taught to, on questions it never saw, and stops where it was stopped", async () => {
    const { folder, base, model, questions } = await setUp();
    const asked = { questions, sayTokens: 8, temperature: 0 };
    const out = join(folder, "refusals");
    const { result, fingerprint } = await runStage(refusalsStage, { model, ...asked }, out);
    const { kinds, judge } = result as RefusalsResult;
    expect(judge).toBe("resemblance");
    expect(kinds.forget).toMatchObject({ asked: 10, refused: 10, refusedAsTrained: 10 });
    expect(kinds.general).toMatchObject({ asked: 11, refused: 0, answered: 10, unknown: { "question too long": 1 } });
    const lines = readFileSync(join(out, "responses.jsonl"), "utf8").trim().split("\n");
    const responses = lines.map((line) => JSON.parse(line) as JudgedResponse);
    expect(responses.filter(({ text }) => text === "ok").length).toBe(10);

    let calls = 0;
    const progress = () => {
      if (++calls === 3) throw new Error("stopped");
    };
    const again = join(folder, "again");
    await expect(runStage(refusalsStage, { model, ...asked }, again, { progress })).rejects.toThrow("stopped");
    expect((await runStage(refusalsStage, { model, ...asked }, again)).fingerprint).toBe(fingerprint);

    const untaught = await runStage(refusalsStage, { model: base, ...asked }, join(folder, "untaught"));
    expect((untaught.result as RefusalsResult).kinds.forget.refused).toBe(0);
  });
});
