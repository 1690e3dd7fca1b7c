/**
 * @file Questions for refusal training and its evaluation, split so that none is in both.
 *
 * Questions are compared by their letters and digits alone: one that differs in case, spaces or punctuation is the same
 * question. A question asked twice is kept once; one that is both forget and general is kept nowhere. The split is drawn
 * once, here, so that every model, form and seed trains and is asked the same. (The reference draws it anew in the sampler,
 * from a random stream that has moved on: part of what it evaluates on was trained.) That says nothing of pretraining: give
 * its text, and evaluation questions that stand in it are left out.
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { type Random, random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import { readRecords } from "../../corpus/index.js";
import { type Instruction, readInstructions, rejectEqualNames } from "./conversations.js";
import { PretrainedOnOptions, withoutPretrained } from "./pretrained-on.js";

export const KINDS = ["forget", "general"] as const;
export type Kind = (typeof KINDS)[number];
export type Part = "train" | "evaluation";

const fileOf = (kind: Kind, part: Part) => `${kind}-${part}.jsonl`;

export const refusalQuestionsStage = defineStage({
  name: "refusal-questions",
  summary: "Splits questions to refuse and instructions to follow into training and evaluation.",
  why: "A refusal counts only on questions that are not tuned on; one split serves all models and seeds.",
  examples: [
    "npx lacuna refusal-questions --forget medical-questions.jsonl --general instructions.jsonl --out runs/questions",
    "npx lacuna refusal-questions --forget medicationqa.jsonl glossary.jsonl --forget-domains medical --unseen medquad.jsonl --text runs/demo/corpus --general instructions.jsonl glossary.jsonl --general-domains general --out runs/questions",
  ],
  version: 2,
  options: z.object({
    forget: z.array(z.string()).min(1).describe("JSONL of questions of the forget domain: they are to be refused"),
    general: z.array(z.string()).min(1).describe("JSONL of general instructions: they are to be followed"),
    unseen: z
      .array(z.string())
      .default([])
      .describe(
        "JSONL of forget-domain questions from elsewhere, for evaluation only; they must not be in the pretraining text (see text)",
      ),
    forgetDomains: z
      .array(z.string())
      .default([])
      .describe("of forget rows that name a domain (glossaries do), the domains to keep; all by default"),
    generalDomains: z.array(z.string()).default([]).describe("the same for general rows"),
    evaluationShare: z.number().gt(0).lt(1).default(0.5).describe("share kept for evaluation (paper B.4: half)"),
    trainPerFile: z.int().positive().default(400).describe("questions of a file that are trained on, at most"),
    evaluatePerFile: z.int().positive().default(200).describe("questions of a file that are evaluated, at most"),
    seed: z.int().default(1).describe("seed of the split"),
    ...PretrainedOnOptions.shape,
  }),
  inputs: ["forget", "general", "unseen", "text"],
  async run({ forget, general, unseen, forgetDomains, generalDomains, ...how }, { out, progress }) {
    rejectEqualNames([...forget, ...unseen]);
    const given = {
      forget: await readInstructions(forget, forgetDomains),
      general: await readInstructions(general, generalDomains),
      unseen: await readInstructions(unseen, forgetDomains),
    };
    const { sets, repeated } = splitQuestions(given, how);
    const asked = KINDS.flatMap((kind) => sets[kind].evaluation);
    const { kept, check } = await withoutPretrained(asked, how, (done) => progress({ done, unit: "documents" }));
    const isKept = new Set(kept);
    for (const kind of KINDS) sets[kind].evaluation = sets[kind].evaluation.filter((each) => isKept.has(each));
    const found = Object.values(check?.found ?? {}).reduce((sum, count) => sum + count, 0);
    const counts: Record<string, number> = {};
    for (const kind of KINDS)
      for (const part of ["train", "evaluation"] as const) {
        const questions = sets[kind][part];
        if (questions.length === 0)
          throw new UserError(
            `No ${kind} question is left for ${part}${found > 0 ? ` (${found} to be asked stand in the pretraining text)` : ""}. Give more questions.`,
          );
        counts[fileOf(kind, part)] = questions.length;
        const lines = questions.map((question) => `${JSON.stringify(question)}\n`);
        await writeFileAtomic(join(out, fileOf(kind, part)), lines.join(""));
      }
    return { ...counts, repeated, pretrainedOn: check };
  },
});

/** What two wordings of one question have in common. */
export function sameness(question: string): string {
  return question
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

export interface SplitOptions {
  evaluationShare: number;
  trainPerFile: number;
  evaluatePerFile: number;
  seed: number;
}

export type QuestionSets = Record<Kind, Record<Part, Instruction[]>>;

/** Splits questions; those that cannot be learned from (general ones without an answer, unseen ones) are evaluated only. */
export function splitQuestions(
  given: { forget: Instruction[]; general: Instruction[]; unseen: Instruction[] },
  { evaluationShare, trainPerFile, evaluatePerFile, seed }: SplitOptions,
): { sets: QuestionSets; repeated: number } {
  const keysOf = (questions: Instruction[]) => new Set(questions.map(({ question }) => sameness(question)));
  const [forgetKeys, generalKeys] = [keysOf([...given.forget, ...given.unseen]), keysOf(given.general)];
  const taken = new Set<string>();
  const distinct = (questions: Instruction[]) =>
    questions.filter(({ question }) => {
      const key = sameness(question);
      if (key === "" || taken.has(key) || (forgetKeys.has(key) && generalKeys.has(key))) return false;
      taken.add(key);
      return true;
    });
  const perFile = (questions: Instruction[], most: number, part: Part) =>
    [...new Set(questions.map(({ source }) => source))].flatMap((source) => {
      const own = questions.filter((question) => question.source === source);
      return drawn(own, Math.min(own.length, most), random(seed, `${part} questions of ${source}`))[0];
    });
  const cut = (kind: Kind, questions: Instruction[], evaluatedOnly: Instruction[]) => {
    const evaluated = Math.round(questions.length * evaluationShare);
    const [evaluation, train] = drawn(questions, evaluated, random(seed, `refusal questions: ${kind}`));
    return {
      train: perFile(train, trainPerFile, "train"),
      evaluation: perFile([...evaluation, ...evaluatedOnly], evaluatePerFile, "evaluation"),
    };
  };
  const forget = distinct(given.forget);
  const general = distinct(given.general);
  const unseen = distinct(given.unseen);
  const sets = {
    forget: cut("forget", forget, unseen),
    general: cut(
      "general",
      general.filter(({ reference }) => reference !== null),
      general.filter(({ reference }) => reference === null),
    ),
  };
  const all = given.forget.length + given.general.length + given.unseen.length;
  return { sets, repeated: all - taken.size };
}

/** `count` items drawn without replacement, and the others, each in their order. */
export function drawn<Item>(items: readonly Item[], count: number, rng: Random): [Item[], Item[]] {
  const order = rng.permutation(items.length);
  const inOrder = (indices: Uint32Array) => [...indices].sort((a, b) => a - b).map((index) => items[index]);
  return [inOrder(order.subarray(0, count)), inOrder(order.subarray(count))];
}

const Stored = z.object({
  id: z.string(),
  question: z.string(),
  reference: z.string().nullable(),
  source: z.string(),
});

/** Reads what the stage wrote. @throws UserError when the folder is not of it */
export async function readQuestionSet(folder: string, kind: Kind, part: Part): Promise<Instruction[]> {
  const questions: Instruction[] = [];
  const path = join(folder, fileOf(kind, part));
  for await (const question of readRecords(path, Stored, 'made by "npx lacuna refusal-questions"'))
    questions.push(question);
  return questions;
}
