/**
 * @file Conversations to learn from, and questions to ask, from JSONL in the forms that are about.
 *
 *     {"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}
 *     {"question": "...", "reference": "..."}                      reference may be absent or null: a question to ask only
 *     {"instruction": "...", "input": "...", "output": "..."}      joined as "instruction: input"
 *     {"term": "...", "definition": "..."}                         a glossary's entry: "What is <term>?"
 *
 * White space around what is said is cut off: a prompt for the model and the same turn in training then have equal ids.
 */
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readRecords } from "../../corpus/index.js";
import { Message } from "../../tokens/index.js";

const Text = z.string().trim();
const Named = { id: z.union([z.string(), z.number()]).optional(), domain: z.string().optional() };
const Row = z.union([
  z.object({ ...Named, messages: z.array(Message.extend({ content: Text })).min(1) }),
  z.object({ ...Named, question: Text.min(1), reference: Text.nullish() }),
  z.object({ ...Named, instruction: Text.min(1), input: Text.nullish(), output: Text.nullish() }),
  z.object({ ...Named, term: Text.min(1), definition: Text.min(1) }),
]);

/** A question with its answer, where one is known. */
export interface Instruction {
  /** The file's name and the row's id or number, with a number where a file gives an id again. */
  id: string;
  question: string;
  /** Null: it can be asked, not learned from. */
  reference: string | null;
  /** The file it came from. */
  source: string;
}

/** Reads conversations; questions without an answer are left out. @throws UserError for a row of no known form */
export async function readConversations(paths: readonly string[]): Promise<Message[][]> {
  const conversations: Message[][] = [];
  for (const path of paths) {
    for await (const row of readRecords(path, Row, "a conversation or a question with its answer")) {
      if ("messages" in row) {
        if (row.messages.some(({ role }) => role === "assistant")) conversations.push(row.messages);
        continue;
      }
      const { question, reference } = toInstruction(row);
      if (reference !== null) conversations.push(conversationOf(question, reference));
    }
  }
  return conversations;
}

/**
 * Reads questions with their answers.
 *
 * @param domains - of rows that name a domain, those of another one are left out; all are kept when no domain is given
 * @throws UserError for a row of no known form, a file of which nothing is left, or two files of one name
 */
export async function readInstructions(
  paths: readonly string[],
  domains: readonly string[] = [],
): Promise<Instruction[]> {
  rejectEqualNames(paths);
  const all: Instruction[] = [];
  for (const path of paths) {
    const source = sourceOf(path);
    const times = new Map<string, number>();
    const before = all.length;
    let number = 0;
    for await (const row of readRecords(path, Row, "a question with its answer")) {
      number++;
      if (row.domain !== undefined && domains.length > 0 && !domains.includes(row.domain)) continue;
      if ("messages" in row)
        throw new UserError(`${path} holds conversations; questions are needed here: question and reference.`);
      const id = `${source}:${row.id ?? number}`;
      const time = (times.get(id) ?? 0) + 1;
      times.set(id, time);
      all.push({ id: time === 1 ? id : `${id}#${time}`, ...toInstruction(row), source });
    }
    if (all.length > before) continue;
    const within = domains.length > 0 ? ` of the domains ${domains.join(", ")}` : "";
    throw new UserError(`${path} holds no question${within}. Check the file.`);
  }
  return all;
}

const sourceOf = (path: string) => path.split(/[/\\]/).at(-1)!;

/** @throws UserError when two files have one name: what is asked from them could not be told apart */
export function rejectEqualNames(paths: readonly string[]): void {
  const names = paths.map(sourceOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UserError(`Two question files are called "${twice}". Rename one: results go by that name.`);
}

type SingleRow = Exclude<z.infer<typeof Row>, { messages: unknown }>;

function toInstruction(row: SingleRow): Pick<Instruction, "question" | "reference"> {
  if ("question" in row) return { question: row.question, reference: row.reference || null };
  if ("term" in row) return { question: `What is ${row.term}?`, reference: row.definition };
  const question = row.input ? `${row.instruction}: ${row.input}` : row.instruction;
  return { question, reference: row.output || null };
}

/** One question and one answer. */
export function conversationOf(question: string, answer: string): Message[] {
  return [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ];
}
