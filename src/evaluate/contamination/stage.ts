/** @file The `contamination` stage: which questions stand in the text a model was trained on. */
import { z } from "zod";
import { defineStage } from "../../base/stage.js";
import { checkOverlap, TrainingTextOptions, trainingDocuments } from "../../corpus/overlap/index.js";
import type { Question } from "../questions/question.js";
import { readQuestions } from "../questions/read.js";
import { writeContaminated } from "./file.js";

export const ContaminationOptions = z.object({
  questions: z.array(z.string()).min(1).describe("question files, as for npx lacuna questions"),
  ...TrainingTextOptions.shape,
  n: z.int().positive().default(13).describe("words in a row that count as a copy; a shorter question counts whole"),
});

/** What of a question is looked for: all of it that a model could have learnt the answer from. */
const checkedText = ({ context, question, choices, answer }: Question) =>
  [context, question, choices[answer]].filter(Boolean).join(" ");

export const contaminationStage = defineStage({
  name: "contamination",
  summary: "Find questions that stand in the training text",
  why: "A question that was trained on measures memory: npx lacuna questions leaves these out and counts them",
  examples: [
    "npx lacuna contamination --questions mmlu.jsonl medqa.jsonl --text runs/demo/corpus --out contamination",
    "npx lacuna contamination --questions mmlu.jsonl --text texts/ --n 8 --out contamination-8",
  ],
  version: 1,
  options: ContaminationOptions,
  inputs: ["questions", "text"],
  async run({ questions: paths, text, n, ...fields }, { out, progress }) {
    const { questions, unusable } = await readQuestions(paths);
    const unread: Record<string, number> = {};
    const documents = trainingDocuments(text, fields, (reason) => {
      unread[reason] = (unread[reason] ?? 0) + 1;
    });
    const check = await checkOverlap(questions.map(checkedText), documents, n, (done) =>
      progress({ done, unit: "documents" }),
    );
    const found = questions.flatMap(({ id }, index) =>
      check.overlaps[index].found > 0 ? [{ id, ...check.overlaps[index] }] : [],
    );
    await writeContaminated(out, found);
    const groups: Record<string, { questions: number; contaminated: number }> = {};
    for (const [index, { group }] of questions.entries()) {
      groups[group] ??= { questions: 0, contaminated: 0 };
      groups[group].questions++;
      if (check.overlaps[index].found > 0) groups[group].contaminated++;
    }
    return {
      n,
      documents: check.documents,
      unread,
      questions: questions.length,
      contaminated: found.length,
      unusable,
      groups,
    };
  },
});
