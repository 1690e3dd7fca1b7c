import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planStage, runStage } from "../base/stage.js";
import { corpusStage } from "../corpus/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { tokenizeStage } from "../tokens/index.js";
import { type StepSpec, stepPlanner } from "./steps.js";

const step = (id: string, options: Record<string, unknown>): StepSpec => ({
  ...{ id, stage: id, options, seconds: 1, priority: 0 },
});

async function finish(folder: string, options: { files: string[] }): Promise<string> {
  const { key } = await planStage(corpusStage, options);
  const path = join(folder, "steps", `corpus-${key.slice(0, 10)}`);
  mkdirSync(join(folder, "steps"));
  await runStage(corpusStage, options, path);
  return path;
}

describe("a plan of steps", () => {
  it("marks what is finished there, and gives what follows its real path", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "a.jsonl");
    writeFileSync(file, Array.from({ length: 100 }, (_, n) => JSON.stringify({ id: n, text: `text ${n}` })).join("\n"));
    const options = { files: [file] };
    const path = await finish(folder, options);
    const { steps, record } = stepPlanner(folder);
    const corpus = await record(step("corpus", options));
    const tokenizer = await record(step("tokenizer", { corpus: corpus.path, vocabulary: 512 }));
    await record(step("tokenize", { corpus: corpus.path, tokenizer: tokenizer.path }));
    expect(corpus.path).toBe(path);
    expect(steps.map(({ id, isFound }) => [id, isFound])).toEqual([
      ["corpus", true],
      ["tokenizer", false],
      ["tokenize", false],
    ]);
    const changed = stepPlanner(folder);
    await changed.record(step("corpus", { ...options, seed: 2 }));
    expect(changed.steps[0].isFound).toBe(false);
  });

  it("looks for nothing where no folder is given, and never at a step whose input is not made", async () => {
    const { steps, record } = stepPlanner();
    const corpus = await record(step("corpus", { files: ["nowhere.jsonl"] }));
    await record(step(tokenizeStage.name, { corpus: `${corpus.path}/part`, tokenizer: "nowhere" }));
    expect(steps.map(({ isFound }) => isFound)).toEqual([false, false]);
    const there = stepPlanner(temporaryFolder());
    const label = await there.record({ ...step("corpus", { files: [] }), id: "unmade" });
    await expect(there.record(step("tokenize", { corpus: `${label.path}/a`, tokenizer: "x" }))).resolves.toBeDefined();
  });
});
