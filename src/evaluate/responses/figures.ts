/** @file Figures of a set of responses: judged rates with unknowns counted beside them, and the offline figures. */
import { type Figure, meanOf, rate } from "../statistics.js";
import { CRITERIA, type Criterion, type Judged } from "./judge.js";

/** One question and all that is known of what was said to it. */
export interface RatedResponse extends Partial<Record<Criterion, Judged>> {
  id: string;
  source: string;
  question: string;
  /** Null where the question does not fit the context. */
  text: string | null;
  isCut: boolean;
  repetition: number | null;
  questionOverlap: number | null;
  referenceOverlap: number | null;
  /** Nats per UTF-8 byte of the reference, at most 0; null without a reference. */
  referenceLogLikelihood: number | null;
  /** The reference was longer than the context: read in windows. */
  isReferenceBeyondContext: boolean;
}

export interface ResponseFigures {
  asked: number;
  /** Questions that did not fit the context: in no figure of what was said. */
  tooLong: number;
  /** Responses without a word. */
  empty: number;
  /** yes / (yes + no), and what is neither, by cause. */
  judged: Partial<Record<Criterion, { rate: Figure | null; unknown: Partial<Record<string, number>> }>>;
  repetition: Figure | null;
  questionOverlap: Figure | null;
  referenceOverlap: Figure | null;
  referenceLogLikelihood: Figure | null;
  referencesBeyondContext: number;
}

/** Figures per source, in order of first appearance. */
export function responseFigures(responses: readonly RatedResponse[]): Record<string, ResponseFigures> {
  const sources = [...new Set(responses.map(({ source }) => source))];
  return Object.fromEntries(
    sources.map((name) => [name, figuresOf(responses.filter(({ source }) => source === name))]),
  );
}

function figuresOf(responses: readonly RatedResponse[]): ResponseFigures {
  const mean = (value: (response: RatedResponse) => number | null) =>
    meanOf(responses.map(value).filter((number) => number !== null));
  const judged: ResponseFigures["judged"] = {};
  for (const criterion of CRITERIA) {
    const verdicts = responses.flatMap((response) => response[criterion] ?? []);
    if (verdicts.length === 0) continue;
    const count = (wanted: Judged["verdict"]) => verdicts.filter(({ verdict }) => verdict === wanted).length;
    const unknown: Partial<Record<string, number>> = {};
    for (const { verdict, cause = "unsure" } of verdicts)
      if (verdict === "unknown") unknown[cause] = (unknown[cause] ?? 0) + 1;
    judged[criterion] = { rate: rate(count("yes"), count("yes") + count("no")), unknown };
  }
  return {
    asked: responses.length,
    tooLong: responses.filter(({ text }) => text === null).length,
    empty: responses.filter(({ text }) => text !== null && text.trim() === "").length,
    judged,
    repetition: mean((response) => response.repetition),
    questionOverlap: mean((response) => response.questionOverlap),
    referenceOverlap: mean((response) => response.referenceOverlap),
    referenceLogLikelihood: mean((response) => response.referenceLogLikelihood),
    referencesBeyondContext: responses.filter((response) => response.isReferenceBeyondContext).length,
  };
}
