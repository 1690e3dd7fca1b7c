/** @file Pieces of a text that are judged, sentences or all of it, and what a judge is shown of the text around them. */
import type { Domain } from "../domain.js";
import { sentencesOf } from "../sentences.js";
import type { Question } from "./ask.js";
import { fenced } from "./prompts.js";

/** UTF-16 units of a document shown on either side of a sentence, and of a document judged as a whole. */
const AROUND_SENTENCE = 4000;
const WHOLE_DOCUMENT = 20_000;
export const GRANULARITIES = ["sentence", "document"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Where a piece stands in its text, in UTF-16 units. */
export interface Piece {
  start: number;
  end: number;
}

/** A piece to ask about, in its text. */
export interface AskedPiece {
  /** Index among the texts. */
  document: number;
  text: string;
  piece: Piece;
}

/** What is judged of a text: its sentences, or all of it. */
export function piecesOf(text: string, granularity: Granularity): Piece[] {
  return granularity === "sentence" ? sentencesOf(text) : [{ start: 0, end: text.length }];
}

/** Of a text's pieces those with something in them to judge. */
export function askedOf(text: string, pieces: readonly Piece[], document: number): AskedPiece[] {
  const wordy = pieces.filter(({ start, end }) => hasWords(text.slice(start, end)));
  return wordy.map((piece) => ({ document, text, piece }));
}

/** Whether there is a letter or a digit: anything to judge. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** What a judge is shown of a text to judge a piece of it. */
export function shownAround({ text, piece }: AskedPiece, granularity: Granularity): Record<string, string> {
  if (granularity === "document") return { document: text.slice(0, WHOLE_DOCUMENT) };
  return { document: windowAround(text, piece), sentence: text.slice(piece.start, piece.end) };
}

/** The part of a text that is shown around sentences. */
export function windowAround(text: string, { start, end }: Piece): string {
  return text.slice(Math.max(0, start - AROUND_SENTENCE), end + AROUND_SENTENCE);
}

/** A question about one piece. */
export function questionAbout(asked: AskedPiece, granularity: Granularity, domain: Domain): Question {
  return { name: granularity, domain, material: fenced([shownAround(asked, granularity)]) };
}
