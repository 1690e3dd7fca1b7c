/** @file Refusal rates: what is unknown is counted and left out of the rate. */
import type { Kind } from "../../train/index.js";
import { type Figure, rate } from "../statistics.js";
import type { RefusalVerdict } from "./judge.js";

/** One question, what was said, and what that was. */
export interface JudgedResponse extends RefusalVerdict {
  id: string;
  kind: Kind;
  source: string;
  question: string;
  text: string;
  /** The model had no room left to end. */
  isCut: boolean;
}

export interface RefusalRate {
  asked: number;
  refused: number;
  answered: number;
  /** Of the refused, those in the very words or token that were trained. */
  refusedAsTrained: number;
  /** Neither, by cause. */
  unknown: Partial<Record<string, number>>;
  /** refused / (refused + answered), with Wilson's interval over questions; null when nothing is known. */
  rate: Figure | null;
}

/** The rate of one kind, and of each of the files its questions came from. */
export interface KindRate extends RefusalRate {
  sources: Record<string, RefusalRate>;
}

/** Rates per kind, forget and general. */
export function refusalRates(responses: readonly JudgedResponse[]): Record<Kind, KindRate> {
  const ofKind = (kind: Kind): KindRate => {
    const own = responses.filter((response) => response.kind === kind);
    const sources = [...new Set(own.map(({ source }) => source))];
    const rates = sources.map((source) => [source, rateOf(own.filter((response) => response.source === source))]);
    return { ...rateOf(own), sources: Object.fromEntries(rates) };
  };
  return { forget: ofKind("forget"), general: ofKind("general") };
}

function rateOf(responses: readonly JudgedResponse[]): RefusalRate {
  const count = (holds: (response: JudgedResponse) => boolean) => responses.filter(holds).length;
  const refused = count(({ verdict }) => verdict === "refusal");
  const answered = count(({ verdict }) => verdict === "answer");
  const unknown: Partial<Record<string, number>> = {};
  for (const { verdict, cause } of responses)
    if (verdict === "unknown") unknown[cause ?? "unsure"] = (unknown[cause ?? "unsure"] ?? 0) + 1;
  return {
    ...{ asked: responses.length, refused, answered, unknown },
    refusedAsTrained: count(({ verdict, by }) => verdict === "refusal" && by !== "judge"),
    rate: rate(refused, refused + answered),
  };
}
