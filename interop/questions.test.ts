import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson, writeFileAtomic } from "../src/base/files.js";
import { runStage } from "../src/base/stage.js";
import { answerQuestions, type GroupedQuestion } from "../src/evaluate/index.js";
import { exportModelStage } from "../src/models/index.js";
import { GptConfig, gptShapes, openLosses, saveModel } from "../src/nn/index.js";
import { syntheticParameters, toSingle } from "../src/nn/testing/reference.js";
import { temporaryFolder } from "../src/testing/folder.js";
import { loadTokenizer, placeSpecials, trainByteLevelBpe, writeTokenizer } from "../src/tokens/index.js";
import { randomText } from "../src/tokens/testing/texts.js";
import { PYTHON, python } from "./python.js";

const SEED = 17;
const file = placeSpecials("bpe-synthetic", 290);
const config = GptConfig.parse({ vocabulary: file.vocabularySize, width: 48, layers: 2, heads: 3, context: 256 });
const words = (seed: number, length: number) =>
  randomText(seed, length).replace(/\s+/g, " ").replaceAll("<|", "").trim();
const question = (id: number, more: Partial<GroupedQuestion>): GroupedQuestion => ({
  ...{ id: String(id), group: "synthetic", question: `Which is ${id}?`, choices: ["one", "two", "three"], answer: 0 },
  ...more,
});
const questions = [
  question(0, {}),
  question(1, { choices: ["a = b", "= A", "B", "x = y = C", "no!"] }),
  question(2, { context: "A cell divides.\nThen it rests!", choices: ["yes", "no", "maybe"] }),
  question(3, { question: "日本語 e\u0301?", choices: ["naïve 👩‍👩‍👧", "β-blocker", "50 mg"] }),
  question(4, { question: words(SEED, 30), choices: [1, 2, 3, 4].map((i) => `x${words(SEED + i, 9)}`) }),
];

const Oracle = z.array(
  z.object({
    letterLogits: z.array(z.number().nullable()),
    ...{ letter: z.array(z.number()), cloze: z.array(z.number()), prior: z.array(z.number()) },
  }),
);

describe.skipIf(!PYTHON)("letter and cloze scoring against transformers on the exported weights", () => {
  it(`has the same log-likelihoods of letters and choices (seed ${SEED})`, async () => {
    const folder = temporaryFolder();
    const model = join(folder, "model");
    const parameters = toSingle(syntheticParameters(gptShapes(config)));
    await saveModel(model, { config, direction: "forward", parameters });
    const listed = "Choices:\nChoice: one = A\nChoice: two = B\nChoice: three = C\nChoice: four = D\nAnswer:";
    const texts = ["A", "B", "C", "D", "E"].map((letter) => `Question: which?\n\n${listed} ${letter}`.repeat(20));
    await writeTokenizer(model, await trainByteLevelBpe(texts, 290, join(folder, "bpe")), file);
    await runStage(exportModelStage, { model }, join(folder, "hf"));
    const lines = questions.map(({ question, choices, context = null }) =>
      JSON.stringify({ question, choices, context }),
    );
    await writeFileAtomic(join(folder, "questions.jsonl"), `${lines.join("\n")}\n`);
    python("questions.py", folder);
    const oracle = readJson(join(folder, "oracle.json"), Oracle);

    const reader = await openLosses(model);
    const answers = await answerQuestions(reader, loadTokenizer(model), questions, ["letter", "cloze"], new Set());
    await reader.release();
    let farthest = 0;
    for (const [index, { letterLogits, ...expected }] of oracle.entries()) {
      expect(answers[index].beyondContext).toBe(false);
      for (const kind of ["letter", "cloze", "prior"] as const)
        for (const [choice, value] of expected[kind].entries()) {
          const distance = Math.abs(answers[index][kind]![choice] - value);
          farthest = Math.max(farthest, distance);
          expect(distance, `${kind} of choice ${choice} of question ${index}`).toBeLessThan(1e-4);
        }
      // Differences of log-likelihoods of single tokens at one place are differences of logits.
      const [first, second] = letterLogits;
      expect(first).not.toBeNull();
      const [a, b] = answers[index].letter!;
      expect(Math.abs(a - b - (first! - second!))).toBeLessThan(1e-4);
    }
    console.log(`farthest from transformers: ${farthest.toExponential(1)} nats`);
  });
});
