/**
 * @file Several sentences of one document in one question.
 *
 * The document around sentences is most of what a question costs, and neighbours share it. But a model asked about many
 * sentences at once may judge them differently: `npx lacuna label-report` compares the two. A sentence the answer says
 * nothing certain of is asked about alone.
 */
import type { Domain } from "../domain.js";
import { type Unknown, VerdictAnswer, type VerdictValue } from "./answers.js";
import { askAll, askEach, countRead, type Llm, type Question } from "./ask.js";
import { VerdictsAnswer, verdictsOn } from "./group-answers.js";
import { type AskedPiece, questionAbout, windowAround } from "./pieces.js";
import { fenced } from "./prompts.js";

/** Tokens a further sentence's verdict may take. */
export const TOKENS_PER_SENTENCE = 100;

/** Parts pieces into runs of one text, in order, none longer than `most`. */
export function groupsOf(pieces: readonly AskedPiece[], most: number): AskedPiece[][] {
  const groups: AskedPiece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    if (last && last.length < most && last[0].document === piece.document) last.push(piece);
    else groups.push([piece]);
  }
  return groups;
}

/** What is asked about sentences that stand together, in the order they stand. */
export function shownGroup(group: readonly AskedPiece[]): object[] {
  const [{ text, piece: first }] = group;
  const last = group[group.length - 1].piece;
  const document = windowAround(text, { start: first.start, end: last.end });
  const sentences = group.map(({ piece: { start, end } }, index) => ({
    number: index + 1,
    sentence: text.slice(start, end),
  }));
  return [{ document }, ...sentences];
}

/** Judges sentences, `most` in a question. @returns for each its verdict, in order */
export async function judgeInGroups(
  llm: Llm,
  domain: Domain,
  asked: readonly AskedPiece[],
  most: number,
  onProgress?: (done: number) => void,
): Promise<({ value: VerdictValue } | Unknown)[]> {
  const groups = groupsOf(asked, most).filter((group) => group.length > 1);
  const toQuestion = (group: readonly AskedPiece[]): Question => ({
    ...{ name: "sentences", domain, material: fenced(shownGroup(group)) },
    moreTokens: TOKENS_PER_SENTENCE * (group.length - 1),
  });
  const told = (done: number) => onProgress?.(Math.min(asked.length, done * most));
  const answers = await askAll(llm, groups, toQuestion, VerdictsAnswer, { onProgress: told, isAskedOnce: true });
  const found = new Map<AskedPiece, { value: VerdictValue }>();
  for (const [index, group] of groups.entries()) {
    const { read } = answers[index];
    const verdicts = "value" in read ? verdictsOn(read.value, group.length) : [];
    for (const [place, value] of verdicts.entries()) if (value) found.set(group[place], { value });
  }
  for (const read of found.values()) countRead(llm, read, VerdictAnswer);
  const left = asked.filter((piece) => !found.has(piece));
  const alone = await askEach(
    llm,
    left,
    (piece) => questionAbout(piece, "sentence", domain),
    VerdictAnswer,
    (done) => onProgress?.(found.size + done),
  );
  const singly = new Map(left.map((piece, index) => [piece, alone[index]]));
  return asked.map((piece) => found.get(piece) ?? singly.get(piece)!);
}
