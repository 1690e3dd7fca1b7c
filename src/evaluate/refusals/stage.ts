/** @file `npx lacuna refusals`: how often a model refuses what it should, and what it should not (paper 4.4, Figs 9 and 20). */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { defineStage } from "../../base/stage.js";
import { estimateQuestions, HOW } from "../../label/index.js";
import { type Instruction, KINDS, type Kind, REFUSALS, readQuestionSet, readRefusals } from "../../train/index.js";
import { openTextGenerator, SayOptions } from "../text-generator.js";
import { askAll } from "./ask.js";
import { modelOf, openRefusalJudge, RefusalJudgeOptions, type RefusalVerdict } from "./judge.js";
import { type JudgedResponse, type KindRate, refusalRates } from "./rates.js";

export interface RefusalsResult {
  /** Who judged what was no trained refusal. */
  judge: string;
  /** SHA-256 of the judge's prompts, where a model judged. */
  prompts?: string;
  /** What the judge cost. */
  cost?: unknown;
  kinds: Record<Kind, KindRate>;
}

export const refusalsStage = defineStage({
  name: "refusals",
  summary: "Asks a model forget-domain questions and general instructions, and counts what it refuses.",
  why: "A model that was never taught a domain may refuse it better, or worse; over-refusal is the price (paper 4.4).",
  examples: [
    "npx lacuna refusals --model runs/demo/refuses --questions runs/questions --out runs/demo/refusals",
    "npx lacuna refusals --model runs/demo/refuses --questions runs/questions --judge openai --base-url http://localhost:11434/v1 --judge-model llama3.2 --out runs/demo/refusals-judged",
  ],
  version: 1,
  options: z.object({
    model: z.string().describe("model directory (npx lacuna refusal-tune)"),
    questions: z.string().describe("the split questions it was tuned with (npx lacuna refusal-questions)"),
    refusals: z.string().default(REFUSALS).describe("file of the refusals it was taught, one a line"),
    sayTokens: z.int().positive().default(32).describe("tokens of a response at most; a trained refusal must fit"),
    ...SayOptions.omit({ maxTokens: true }).shape,
    ...RefusalJudgeOptions.shape,
  }),
  inputs: ["model", "questions", "refusals", "prompts"],
  unkeyed: HOW,
  async estimate(options) {
    const model = modelOf(options);
    if (model === undefined) return undefined;
    const asked = await readAsked(options.questions);
    // At most: trained refusals are recognised without asking. A token is about four characters.
    const lengths = asked.map(({ question }) => question.length + 4 * options.sayTokens);
    return estimateQuestions(
      model,
      lengths.map((characters) => ({ name: "refusal" as const, characters })),
    );
  },
  async run(options, { out, progress, threads }): Promise<RefusalsResult> {
    const asked = await readAsked(options.questions);
    if (asked.length === 0)
      throw new UserError(
        `${options.questions} holds no question to ask. Make it again: npx lacuna refusal-questions.`,
      );
    const refusals = readRefusals(options.refusals);
    const generator = openTextGenerator(options.model, { threads });
    try {
      const { temperature, topP, seed, sayTokens: maxTokens } = options;
      const how = { temperature, topP, seed, maxTokens };
      const told = (done: number) => progress({ done, total: asked.length, unit: "questions", detail: "asking" });
      const questions = asked.map(({ question }) => question);
      const said = await askAll(generator, questions, how, out, told);
      const responses = asked.flatMap((each, index) => {
        const answer = said[index];
        return answer === null ? [] : [{ ...each, ...answer }];
      });
      const { refusal } = generator.tokenizer.specials;
      const { judge, report, close } = await openRefusalJudge(options, refusals, refusal);
      try {
        const verdicts = await judge(responses, (done) => progress({ done, unit: "answers", detail: "judging" }));
        const left = verdicts.values();
        const tooLong: RefusalVerdict = { verdict: "unknown", by: "judge", cause: "question too long" };
        const judged = asked.map(({ id, kind, source, question }, index): JudgedResponse => {
          const { text, isCut } = said[index] ?? { text: "", isCut: false };
          return { id, kind, source, question, text, isCut, ...(said[index] ? left.next().value! : tooLong) };
        });
        await writeFileAtomic(join(out, "responses.jsonl"), judged.map((each) => `${JSON.stringify(each)}\n`).join(""));
        return { ...report(), kinds: refusalRates(judged) };
      } finally {
        await close();
      }
    } finally {
      await generator.release();
    }
  },
});

/** What is asked: evaluation questions of both kinds. */
async function readAsked(folder: string): Promise<(Instruction & { kind: Kind })[]> {
  const sets = await Promise.all(
    KINDS.map(async (kind) => {
      const questions = await readQuestionSet(folder, kind, "evaluation");
      return questions.map((question) => ({ ...question, kind }));
    }),
  );
  return sets.flat();
}
