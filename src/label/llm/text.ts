/**
 * @file Judging text itself: sentences in their documents, and whole documents.
 *
 * Each sentence is shown with its document, or the part of it around, for what it means
 * depends on that. Pieces without a letter or a digit are not asked about: they are retain.
 */
import type { Domain } from "../domain.js";
import type { Judgement } from "../judge.js";
import { compileLexicon } from "../lexicon.js";
import { sentencesOf } from "../sentences.js";
import { VerdictAnswer } from "./answers.js";
import { askEach, type Llm, type Question } from "./ask.js";
import { judgementOf, unknownJudgement } from "./judge.js";
import { fenced } from "./prompts.js";

/** UTF-16 units of a document shown on either side of a sentence, and of a document judged as a whole. */
const AROUND_SENTENCE = 4000;
const WHOLE_DOCUMENT = 20_000;
export const GRANULARITIES = ["sentence", "document"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** A piece of a text in UTF-16 units, and what was said of it. */
export interface JudgedPiece {
  start: number;
  end: number;
  judgement: Judgement;
}

const EMPTY: Judgement = { verdict: "retain", confidence: 1, reason: "no words" };

/** What is judged of a text: its sentences, or all of it. */
export function piecesOf(text: string, granularity: Granularity): { start: number; end: number }[] {
  return granularity === "sentence" ? sentencesOf(text) : [{ start: 0, end: text.length }];
}

/** What a judge is shown of a text to judge a piece of it. */
export function shownAround(
  text: string,
  { start, end }: { start: number; end: number },
  granularity: Granularity,
): Record<string, string> {
  if (granularity === "document") return { document: text.slice(0, WHOLE_DOCUMENT) };
  const document = text.slice(Math.max(0, start - AROUND_SENTENCE), end + AROUND_SENTENCE);
  return { document, sentence: text.slice(start, end) };
}

/** Judges texts, many at once. @returns per text its pieces, in order, covering it */
export type TextJudge = (texts: readonly string[], onProgress?: (done: number) => void) => Promise<JudgedPiece[][]>;

export function llmTextJudge(llm: Llm, domain: Domain, granularity: Granularity): TextJudge {
  return async (texts, onProgress) => {
    const pieces = texts.map((text) => piecesOf(text, granularity));
    const asked = texts.flatMap((text, index) => {
      const wordy = pieces[index].filter(({ start, end }) => hasWords(text.slice(start, end)));
      return wordy.map((piece) => ({ text, piece }));
    });
    const toQuestion = ({ text, piece }: (typeof asked)[number]): Question => ({
      ...{ name: granularity, domain },
      material: fenced([shownAround(text, piece, granularity)]),
    });
    const answers = await askEach(llm, asked, toQuestion, VerdictAnswer, onProgress);
    const judgements = new Map(
      asked.map(({ piece }, index) => {
        const answer = answers[index];
        return [piece, "value" in answer ? judgementOf(answer.value) : unknownJudgement(answer)];
      }),
    );
    return pieces.map((parts) => parts.map((piece) => ({ ...piece, judgement: judgements.get(piece) ?? EMPTY })));
  };
}

/** Offline: a sentence is forget when it holds a term of the lexicon; a document when `share` of its sentences do. */
export function lexiconTextJudge(domain: Domain, granularity: Granularity, share: number): TextJudge {
  const lexicon = compileLexicon(domain.lexicon);
  const judgementFrom = (words: string[], isForget: boolean): Judgement => ({
    verdict: isForget ? "forget" : "retain",
    confidence: 0.5,
    reason: words.length > 0 ? `terms: ${[...new Set(words)].slice(0, 5).join(", ")}` : "no term",
  });
  return async (texts, onProgress) =>
    texts.map((text, index) => {
      const sentences = sentencesOf(text).filter(({ start, end }) => hasWords(text.slice(start, end)));
      const found = sentences.map(({ start, end }) => lexicon(text.slice(start, end)));
      onProgress?.(index + 1);
      if (granularity === "document") {
        const isForget = found.filter((words) => words.length > 0).length >= share * Math.max(1, sentences.length);
        return [{ start: 0, end: text.length, judgement: judgementFrom(found.flat(), isForget) }];
      }
      return sentencesOf(text).map((piece) => {
        const words = lexicon(text.slice(piece.start, piece.end));
        return { ...piece, judgement: judgementFrom(words, words.length > 0) };
      });
    });
}

/** Whether there is a letter or a digit: anything to judge. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
