/** @file Reads question files: JSONL, Parquet, or one .json; what is no question is counted by reason, never dropped. */
import { basename } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files.js";
import { findInOrder, type InputFile, wholeRows } from "../../corpus/index.js";
import { FIELDS, type Fields, toQuestions } from "./layouts.js";
import type { Question } from "./question.js";

/** A question with the group it is reported under: its file and, where it has one, its category. */
export interface GroupedQuestion extends Question {
  group: string;
}

export interface ReadQuestions {
  /** Ids are the file's name and the record's id, with a number where a file gives an id again. */
  questions: GroupedQuestion[];
  /** Records that are no usable question, by reason. */
  unusable: Record<string, number>;
}

const MAX_RECORD_BYTES = 2 ** 24;

/** @throws UserError when a file cannot be read, none of its records is a question, or two files have one name */
export async function readQuestions(paths: readonly string[]): Promise<ReadQuestions> {
  const files = (await Promise.all(paths.map(readRecords))).flat();
  const twice = files.find(({ source }, index) => files.findIndex((file) => file.source === source) !== index);
  if (twice)
    throw new UserError(`Two question files are called "${twice.source}". Rename one: results go by that name.`);
  const unusable: Record<string, number> = {};
  const questions = files.flatMap(({ source, records, bad }) => {
    const reasons = [...bad];
    const made = questionsOf(source, records, reasons);
    for (const reason of reasons) unusable[reason] = (unusable[reason] ?? 0) + 1;
    if (made.length > 0) return made;
    const why = reasons[0] ? ` (${reasons[0]})` : "";
    throw new UserError(`${source} holds no multiple-choice question${why}. Give question, choices and answer.`);
  });
  return { questions, unusable };
}

/** @param reasons - why records are none is added to it */
function questionsOf(source: string, records: readonly Fields[], reasons: string[]): GroupedQuestion[] {
  const times = new Map<string, number>();
  return toQuestions(records).flatMap((made) => {
    if ("unusable" in made) {
      reasons.push(made.unusable);
      return [];
    }
    const time = (times.get(made.id) ?? 0) + 1;
    times.set(made.id, time);
    const group = made.category === undefined ? source : `${source}/${made.category}`;
    return [{ ...made, id: `${source}:${made.id}${time === 1 ? "" : `#${time}`}`, group }];
  });
}

interface Records {
  source: string;
  records: Fields[];
  bad: string[];
}

async function readRecords(path: string): Promise<Records[]> {
  if (path.endsWith(".json")) return [readWhole(path)];
  return Promise.all((await findInOrder([path])).map(readRows));
}

async function readRows(file: InputFile): Promise<Records> {
  const records: Fields[] = [];
  const bad: string[] = [];
  const options = {
    ...{ textField: "question", idField: "id", maxRecordBytes: MAX_RECORD_BYTES, keepFields: FIELDS },
    mayLackText: true,
  };
  for await (const row of wholeRows(file, options)) {
    if (row.kind === "document") records.push({ ...row.fields });
    else bad.push(row.kind === "bad" ? row.reason : "blank");
  }
  return { source: basename(file.source), records, bad };
}

/** One JSON value: a list of records, or records by id as PubMedQA's authors publish them. */
function readWhole(path: string): Records {
  const record = z.record(z.string(), z.unknown());
  const value = readJson(path, z.union([z.array(record), z.record(z.string(), record)]));
  const records = Array.isArray(value) ? value : Object.entries(value).map(([id, fields]) => ({ id, ...fields }));
  return { source: basename(path, ".json"), records, bad: [] };
}
