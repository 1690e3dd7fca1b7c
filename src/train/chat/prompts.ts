/**
 * @file Questions for refusal training and its evaluation, split so that none is in both.
 *
 * Questions are compared by their letters and digits alone: one that differs in case, spaces or punctuation is the same
 * question. A question asked twice is kept once; one that is both forget and general is kept nowhere. The split is drawn
 * once, here, so that every model, form and seed trains and is asked the same. (The reference draws it anew in the sampler,
 * from a random stream that has moved on: part of what it evaluates on was trained.)
 */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files.js";
import { random } from "../../base/random.js";
import { defineStage } from "../../base/stage.js";
import { readRecords } from "../../corpus/index.js";
import { type Instruction, readInstructions } from "./conversations.js";

export const KINDS = ["forget", "general"] as const;
export type Kind = (typeof KINDS)[number];
export type Part = "train" | "evaluation";

const fileOf = (kind: Kind, part: Part) => `${kind}-${part}.jsonl`;

export const refusalPromptsStage = defineStage({
  name: "refusal-prompts",
  summary: "Splits questions to refuse and instructions to follow into training and evaluation.",
  why: "A refusal counts only on questions that were never trained on; one split serves all models and seeds.",
  examples: [
    "lacuna refusal-prompts --forget medical-questions.jsonl --general instructions.jsonl --out runs/prompts",
    "lacuna refusal-prompts --forget medicationqa.jsonl --unseen medquad.jsonl --general instructions.jsonl --out runs/prompts",
  ],
  version: 1,
  options: z.object({
    forget: z.array(z.string()).min(1).describe("JSONL of questions of the forget domain: they are to be refused"),
    general: z.array(z.string()).min(1).describe("JSONL of general instructions: they are to be followed"),
    unseen: z
      .array(z.string())
      .default([])
      .describe("JSONL of forget-domain questions from elsewhere, for evaluation only"),
    evaluationShare: z.number().gt(0).lt(1).default(0.5).describe("share kept for evaluation (paper B.4: half)"),
    seed: z.int().default(1).describe("seed of the split"),
  }),
  inputs: ["forget", "general", "unseen"],
  async run({ forget, general, unseen, evaluationShare, seed }, { out }) {
    const given = {
      forget: await readInstructions(forget),
      general: await readInstructions(general),
      unseen: await readInstructions(unseen),
    };
    const { sets, dropped } = splitPrompts(given, evaluationShare, seed);
    const counts: Record<string, number> = {};
    for (const kind of KINDS)
      for (const part of ["train", "evaluation"] as const) {
        const prompts = sets[kind][part];
        if (prompts.length === 0) throw new UserError(`No ${kind} question is left for ${part}. Give more questions.`);
        counts[fileOf(kind, part)] = prompts.length;
        const lines = prompts.map((prompt) => `${JSON.stringify(prompt)}\n`);
        await writeFileAtomic(join(out, fileOf(kind, part)), lines.join(""));
      }
    return { ...counts, dropped };
  },
});

/** What two wordings of one question have in common. */
export function sameness(question: string): string {
  return question
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

export type PromptSets = Record<Kind, Record<Part, Instruction[]>>;

/** Splits questions; those that cannot be learned from (general ones without an answer, unseen ones) are evaluated only. */
export function splitPrompts(
  given: { forget: Instruction[]; general: Instruction[]; unseen: Instruction[] },
  evaluationShare: number,
  seed: number,
): { sets: PromptSets; dropped: number } {
  const keysOf = (prompts: Instruction[]) => new Set(prompts.map(({ question }) => sameness(question)));
  const [forgetKeys, generalKeys] = [keysOf([...given.forget, ...given.unseen]), keysOf(given.general)];
  const taken = new Set<string>();
  const distinct = (prompts: Instruction[]) =>
    prompts.filter(({ question }) => {
      const key = sameness(question);
      if (key === "" || taken.has(key) || (forgetKeys.has(key) && generalKeys.has(key))) return false;
      taken.add(key);
      return true;
    });
  const cut = (kind: Kind, prompts: Instruction[], evaluatedOnly: Instruction[]) => {
    const order = random(seed, `refusal prompts: ${kind}`).permutation(prompts.length);
    const evaluated = Math.round(prompts.length * evaluationShare);
    const pick = (indices: Uint32Array) => [...indices].sort((a, b) => a - b).map((index) => prompts[index]);
    return {
      train: pick(order.subarray(evaluated)),
      evaluation: [...pick(order.subarray(0, evaluated)), ...evaluatedOnly],
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
  return { sets, dropped: all - taken.size };
}

const Stored = z.object({
  id: z.string(),
  question: z.string(),
  reference: z.string().nullable(),
  source: z.string(),
});

/** Reads what the stage wrote. @throws UserError when the folder is not of it */
export async function readPromptSet(folder: string, kind: Kind, part: Part): Promise<Instruction[]> {
  const prompts: Instruction[] = [];
  const path = join(folder, fileOf(kind, part));
  for await (const prompt of readRecords(path, Stored, 'made by "lacuna refusal-prompts"')) prompts.push(prompt);
  return prompts;
}
