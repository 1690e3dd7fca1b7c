/**
 * @file A multiple-choice question, and the records of public sets that become one.
 *
 * Sets are told by their fields, as they come from their authors or the Hugging Face hub:
 *
 *     MMLU      question, choices [..], answer 0..3 or "A".."D", subject
 *     MedQA     question, options {A: .., B: ..}, answer_idx "A", or the answer's text
 *     MedMCQA   question, opa, opb, opc, opd, cop (0..3 on the hub, 1..4 from the authors), subject_name
 *     PubMedQA  question, context {contexts [..]} or CONTEXTS, final_decision yes | no | maybe
 *     ours      question, choices [..], answer 0.., and context, prompt, subject, category where there are any
 */
import { z } from "zod";

const Text = z.string().trim().min(1);

export const Question = z
  .object({
    id: z.string().min(1),
    question: Text,
    choices: z.array(Text).min(2).max(26),
    answer: z.int().nonnegative().describe("index of the right choice"),
    context: Text.optional().describe("what is to be read before the question"),
    prompt: Text.optional().describe("what a choice follows in cloze scoring, in place of the usual template"),
    subject: z.string().optional(),
    category: z.string().optional().describe("what results are reported by: e.g. medical, biology, stem"),
  })
  .refine(({ answer, choices }) => answer < choices.length, { path: ["answer"], message: "no such choice" });
export type Question = z.infer<typeof Question>;

/** The fields of all sets. */
export const FIELDS = [
  ...["id", "question", "choices", "answer", "context", "prompt", "subject", "category"],
  ...["options", "answer_idx", "opa", "opb", "opc", "opd", "cop", "subject_name"],
  ...["pubid", "final_decision", "QUESTION", "CONTEXTS"],
] as const;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const letterOf = (choice: number) => LETTERS[choice];

export type Fields = Record<string, unknown>;
export type Made = Question | { unusable: string };

/** What differs within one format, known from all records of a file. */
export interface FileFacts {
  /** The `cop` of the first choice: 0 on the hub, 1 in the authors' files; undefined where no record tells. */
  firstCop: 0 | 1 | undefined;
}

export function factsOf(records: readonly Fields[]): FileFacts {
  const isThere = (value: number) => records.some(({ cop }) => cop === value);
  return { firstCop: isThere(0) ? 0 : isThere(4) ? 1 : undefined };
}

/** A record as a question, or why it is none. @param id - used where the record has none */
export function toQuestion(record: Fields, id: string, facts: FileFacts): Made {
  if ("opa" in record && facts.firstCop === undefined) return { unusable: "cop: counts from 0 or 1, no record tells" };
  const parsed = Question.safeParse({ id: idOf(record, id), ...bodyOf(record, facts) });
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  return { unusable: `${path.join(".") || "record"}: ${message}` };
}

function idOf({ id, pubid }: Fields, fallback: string): string {
  const given = id ?? pubid;
  return typeof given === "string" || typeof given === "number" ? String(given) : fallback;
}

function bodyOf(record: Fields, { firstCop }: FileFacts): Fields {
  const { question, subject, category } = record;
  if ("final_decision" in record) {
    const contexts = record.CONTEXTS ?? (record.context as Fields | undefined)?.contexts;
    const choices = ["yes", "no", "maybe"];
    return {
      ...{ question: question ?? record.QUESTION, choices, answer: choices.indexOf(String(record.final_decision)) },
      ...{ context: Array.isArray(contexts) ? contexts.join("\n") : undefined, subject, category },
    };
  }
  if ("opa" in record) {
    const choices = ["opa", "opb", "opc", "opd"].map((name) => record[name]);
    return { question, choices, answer: Number(record.cop) - firstCop!, subject: record.subject_name, category };
  }
  if (record.options !== null && typeof record.options === "object" && !Array.isArray(record.options)) {
    const entries = Object.entries(record.options).sort(([a], [b]) => (a < b ? -1 : 1));
    const right = entries.findIndex(([letter, text]) =>
      record.answer_idx === undefined ? text === record.answer : letter === record.answer_idx,
    );
    return { question, choices: entries.map(([, text]) => text), answer: right, subject, category };
  }
  const { choices = record.options, answer, context, prompt } = record;
  const isLetter = typeof answer === "string" && answer.length === 1;
  return {
    ...{ question, choices, answer: isLetter ? LETTERS.indexOf(answer) : answer, subject, category },
    ...{ context: context ?? undefined, prompt: prompt ?? undefined },
  };
}
