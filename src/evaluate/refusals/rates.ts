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

/** Rates per kind (forget, general) and per file, in order of first appearance. */
export function refusalRates(responses: readonly JudgedResponse[]): {
  kinds: Partial<Record<Kind, RefusalRate>>;
  sources: Record<string, RefusalRate>;
} {
  const by = <Key extends string>(keyOf: (response: JudgedResponse) => Key) => {
    const keys = [...new Set(responses.map(keyOf))];
    const rates = keys.map((key) => [key, rateOf(responses.filter((response) => keyOf(response) === key))] as const);
    return Object.fromEntries(rates) as Record<Key, RefusalRate>;
  };
  return { kinds: by(({ kind }) => kind), sources: by(({ source }) => source) };
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
