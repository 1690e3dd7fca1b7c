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
import { askEach, type Llm } from "./ask.js";
import { judgementOf, unknownJudgement } from "./judge.js";
import { type AskedPiece, askedOf, type Granularity, hasWords, type Piece, piecesOf, questionAbout } from "./pieces.js";
import { judgeInGroups } from "./sentence-groups.js";

/** A piece of a text, and what was said of it. */
export interface JudgedPiece extends Piece {
  judgement: Judgement;
}

const EMPTY: Judgement = { verdict: "retain", confidence: 1, reason: "no words" };

/** Judges texts, many at once. @returns per text its pieces, in order, covering it */
export type TextJudge = (texts: readonly string[], onProgress?: (done: number) => void) => Promise<JudgedPiece[][]>;

/** @param together - sentences in one question */
export function llmTextJudge(llm: Llm, domain: Domain, granularity: Granularity, together = 1): TextJudge {
  return async (texts, onProgress) => {
    const pieces = texts.map((text) => piecesOf(text, granularity));
    const asked = texts.flatMap((text, document) => askedOf(text, pieces[document], document));
    const toQuestion = (piece: AskedPiece) => questionAbout(piece, granularity, domain);
    const answers =
      together > 1
        ? await judgeInGroups(llm, domain, asked, together, onProgress)
        : await askEach(llm, asked, toQuestion, VerdictAnswer, onProgress);
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
