/** @file The `questions` stage: multiple-choice questions put to one model. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import { openLosses } from "../../nn/index.js";
import { loadTokenizer, type Tokenizer } from "../../tokens/index.js";
import { readContaminated } from "../contamination/file.js";
import { ANSWERS_FILE, answerQuestions, readAnswers, SCORINGS } from "./answers.js";
import { type GroupSummary, summarise } from "./measures.js";
import { letterOf } from "./question.js";
import { type GroupedQuestion, readQuestions } from "./read.js";

export const QuestionsOptions = z.object({
  model: z.string().describe("model directory, as written by npx lacuna pretrain"),
  questions: z
    .array(z.string())
    .min(1)
    .describe(
      "question files: MMLU, MMLU-Pro, ARC, MedQA, MedMCQA, PubMedQA or ours; .jsonl, .parquet (.gz, .zst) or one .json; " +
        "answers are letters, labels, texts, or numbers where the file shows whether they count from 0 or 1",
    ),
  scoring: z
    .array(z.enum(SCORINGS))
    .min(1)
    .default([...SCORINGS])
    .describe("letter: which letter follows the lettered choices; cloze: how likely each choice is after the question"),
  perGroup: z
    .int()
    .positive()
    .default(500)
    .describe("questions of a group (file and category) at most, drawn at random"),
  excludeSubjects: z.array(z.string()).default([]).describe("subjects whose questions are left out"),
  contamination: z
    .string()
    .optional()
    .describe("what of them is in the training text (npx lacuna contamination): left out of the figures, and counted"),
  seed: z.int().default(1).describe("seed of the questions drawn"),
});

export interface QuestionsResult {
  questions: number;
  /** Records that were no question, by reason. */
  unusable: Record<string, number>;
  /** Tokens in which a letter is written at the answer's place, at most. */
  tokensPerLetter: number;
  groups: Record<string, GroupSummary>;
}

/** Questions put between two checkpoints. */
const PART = 256;

export const questionsStage = defineStage({
  name: "questions",
  summary: "Put multiple-choice questions to a model, by letter and by cloze",
  why: "Says what a model can still tell, and at small sizes how far the right choice is ahead of the wrong ones",
  examples: [
    "npx lacuna questions --model runs/demo/train-mask-40x2-s1 --questions mmlu.jsonl medqa.jsonl --out answers",
    "npx lacuna questions --model my-model --questions glossary/questions.jsonl --scoring cloze --out answers-glossary",
  ],
  version: 1,
  options: QuestionsOptions,
  inputs: ["model", "questions", "contamination"],
  async run(options, { out, progress, threads }): Promise<QuestionsResult> {
    const read = await readQuestions(options.questions);
    const questions = drawPerGroup(read.questions, options);
    if (questions.length === 0)
      throw new UserError(
        `No question is left to ask: all ${read.questions.length} have an excluded subject. Give fewer --exclude-subjects.`,
      );
    const contaminated =
      options.contamination === undefined ? new Set<string>() : readContaminated(options.contamination);
    const tokenizer = loadTokenizer(options.model);
    const reader = await openLosses(options.model, { threads });
    try {
      const lines: string[] = [];
      for (let start = 0; start < questions.length; start += PART) {
        // What a question gets does not depend on those beside it, so parts read before a crash are as good as new.
        const part = join(out, `.answers-${start}`);
        if (!existsSync(part)) {
          const asked = questions.slice(start, start + PART);
          const answers = await answerQuestions(reader, tokenizer, asked, options.scoring, contaminated);
          await writeFileAtomic(part, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
        }
        lines.push(readFileSync(part, "utf8"));
        progress({ done: Math.min(start + PART, questions.length), total: questions.length, unit: "questions" });
      }
      await writeFileAtomic(join(out, ANSWERS_FILE), lines.join(""));
    } finally {
      await reader.release();
    }
    return {
      questions: questions.length,
      unusable: read.unusable,
      tokensPerLetter: tokensPerLetter(tokenizer, Math.max(...questions.map(({ choices }) => choices.length))),
      groups: summarise(readAnswers(out)),
    };
  },
});

/** Up to `perGroup` questions of each group, in file order. Which ones depends on the seed and the group alone. */
export function drawPerGroup(
  questions: readonly GroupedQuestion[],
  { perGroup, excludeSubjects, seed }: Pick<z.infer<typeof QuestionsOptions>, "perGroup" | "excludeSubjects" | "seed">,
): GroupedQuestion[] {
  const unknown = excludeSubjects.find((subject) => !questions.some((question) => question.subject === subject));
  if (unknown !== undefined)
    throw new UserError(`--exclude-subjects ${unknown}: no question has that subject. Check it.`);
  const left = questions.filter(({ subject }) => subject === undefined || !excludeSubjects.includes(subject));
  const groups = new Map<string, number[]>();
  left.forEach(({ group }, index) => {
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push(index);
  });
  const kept = [...groups].flatMap(([group, members]) => {
    const order = random(seed, `questions of ${group}`).permutation(members.length);
    return Array.from(order.subarray(0, perGroup), (place) => members[place]);
  });
  return kept.sort((a, b) => a - b).map((index) => left[index]);
}

/** The most tokens one of the first letters takes after "Answer:". */
function tokensPerLetter(tokenizer: Tokenizer, letters: number): number {
  const before = tokenizer.encode("Answer:").length;
  const lengths = Array.from({ length: letters }, (_, index) => tokenizer.encode(`Answer: ${letterOf(index)}`).length);
  return Math.max(...lengths) - before;
}
