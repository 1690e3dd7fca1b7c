/**
 * @file The records of public question sets, told by their fields, as they come from their authors or the Hugging Face hub.
 *
 *     MMLU      question, choices [..], answer 0..3 or "A".."D", subject
 *     MMLU-Pro  question, options [..], answer "A".."J", answer_index
 *     ARC       question, choices {text [..], label ["A".. or "1"..]}, answerKey
 *     MedQA     question, options {A: .., B: ..} or [{key, value}], answer_idx "A", or the answer's text
 *     MedMCQA   question, opa, opb, opc, opd, cop (0..3 on the hub, 1..4 from the authors), subject_name
 *     PubMedQA  question, context {contexts [..]} or CONTEXTS, final_decision yes | no | maybe
 *     ours      question, choices [..], answer 0.., and context, prompt, subject, category where there are any
 *
 * Null is as good as no field: Parquet has it wherever a record lacks one.
 */
import { type Codes, factsOf, type Given, indexOf } from "./answer.js";
import { Question } from "./question.js";

/** The fields of all sets. */
export const FIELDS = [
  ...["id", "question", "choices", "answer", "context", "prompt", "subject", "category"],
  ...["options", "answer_idx", "answer_index", "answerKey", "opa", "opb", "opc", "opd", "cop", "subject_name"],
  ...["pubid", "final_decision", "QUESTION", "CONTEXTS"],
] as const;

export type Fields = Record<string, unknown>;
export type Made = Question | { unusable: string };

/** Records of one file as questions, or why they are none. What an answer's number means, all of a file's records tell. */
export function toQuestions(records: readonly Fields[]): Made[] {
  const read = records.map((record) => layoutOf(withoutNulls(record)));
  const facts = factsOf(read.map(({ given }) => given));
  return read.map(({ given, ...body }, index) => {
    const answer = indexOf(given, facts);
    if (typeof answer !== "number") return answer;
    const parsed = Question.safeParse({ id: String(index), ...body, choices: given.choices, answer });
    if (parsed.success) return parsed.data;
    const { path, message } = parsed.error.issues[0];
    return { unusable: `${path.join(".") || "record"}: ${message}` };
  });
}

type Layout = Omit<Fields, "given"> & { given: Given };

function layoutOf(record: Fields): Layout {
  const { question = record.QUESTION, subject = record.subject_name, category, context, prompt } = record;
  const common = { ...idOf(record), question, subject, category };
  if ("final_decision" in record || "CONTEXTS" in record) {
    const contexts = record.CONTEXTS ?? (context as Fields | undefined)?.contexts;
    const choices = ["yes", "no", "maybe"];
    const given = { choices, labels: choices, answer: String(record.final_decision ?? "").toLowerCase() };
    return { ...common, context: Array.isArray(contexts) ? contexts.join("\n") : undefined, given };
  }
  if ("opa" in record) {
    const choices = trimmed(["opa", "opb", "opc", "opd"].map((name) => record[name]));
    return { ...common, given: { choices, answer: record.cop } };
  }
  const { choices, labels } = choicesOf(record.choices ?? record.options);
  const answer = record.answer_idx ?? record.answerKey ?? record.answer ?? record.answer_index;
  // A prompt of its own is in our format alone, whose answers count from 0.
  const from: Codes["from"] = prompt !== undefined ? 0 : undefined;
  return { ...common, context, prompt, given: { choices, labels, answer, from } };
}

/** A list of texts, of texts with labels, texts by label, or texts beside labels. */
function choicesOf(given: unknown): { choices: unknown[]; labels?: string[] } {
  if (Array.isArray(given)) {
    const entries = given.map((item) => (isFields(item) ? withoutNulls(item) : item));
    if (!entries.every(isFields)) return { choices: trimmed(given) };
    return {
      choices: entries.map(({ text, value }) => text ?? value),
      labels: entries.map(({ label, key }) => String(label ?? key)),
    };
  }
  if (!isFields(given)) return { choices: [] };
  if (Array.isArray(given.text) && Array.isArray(given.label))
    return { choices: given.text, labels: given.label.map(String) };
  const entries = Object.entries(withoutNulls(given)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { choices: entries.map(([, text]) => text), labels: entries.map(([label]) => label) };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutNulls(record: Fields): Fields {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
}

/** A set with questions of four and of five choices has nulls behind the four. */
function trimmed(choices: readonly unknown[]): unknown[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== null && choice !== undefined) + 1);
}

function idOf({ id, pubid }: Fields): { id?: string } {
  const given = id ?? pubid;
  return ["string", "number", "bigint"].includes(typeof given) ? { id: String(given) } : {};
}
