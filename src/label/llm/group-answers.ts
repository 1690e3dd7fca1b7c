/**
 * @file Answers about several numbered things at once: which verdict is whose.
 *
 * A verdict counts when its number says so. One number with two verdicts has none; a number of nothing that was asked
 * about means that the model counted in its own way, and nothing of such an answer counts.
 */
import { z } from "zod";
import { type AnswerShape, Reason, type VerdictValue, verdictOf, wordOf } from "./answers.js";

/** Verdicts by number; null where an answer contradicts itself. */
export type NumberedVerdicts = Map<number, VerdictValue | null>;

export const VerdictsAnswer: AnswerShape<NumberedVerdicts> = {
  schema: z.strictObject({
    verdicts: z.array(
      z.strictObject({
        number: z.int(),
        verdict: z.enum(["yes", "no", "unsure"]),
        confidence: z.number().min(0).max(1),
        reason: Reason,
      }),
    ),
  }),
  read(found, said) {
    const entries = found.length > 0 ? found.flat().flatMap(entriesOf) : linesOf(said);
    const verdicts: NumberedVerdicts = new Map();
    for (const [number, value] of entries) {
      const before = verdicts.get(number);
      verdicts.set(number, before === undefined || before?.verdict === value?.verdict ? (value ?? null) : null);
    }
    return verdicts.size > 0 ? verdicts : undefined;
  },
};

type Entry = [number: number, value: VerdictValue | undefined];

/** { number: 2, verdict: "yes", ... }, or { "1": "no", "2": "yes" }, or { "1": { verdict: "no" } }. */
function entriesOf(object: Record<string, unknown>): Entry[] {
  if ("verdict" in object) {
    const number = numberIn(object.number);
    return number === undefined ? [] : [[number, verdictOf(object)]];
  }
  return Object.entries(object).flatMap(([name, value]): Entry[] => {
    const number = numberIn(name);
    if (number === undefined) return [];
    if (value === null || typeof value !== "object") return [[number, verdictOf({ verdict: value })]];
    return "verdict" in value ? [[number, verdictOf({ ...value })]] : [];
  });
}

/** "1. yes", "Sentence 2: no": lines that are a number and a verdict. */
function linesOf(said: string): Entry[] {
  const lines = said.matchAll(/^[^\w\n]*(?:sentence|number)?[ #]{0,3}(\d{1,6}) {0,3}[.):=–-]{1,3} *(.*)$/gim);
  return [...lines].flatMap(([, number, word]): Entry[] =>
    wordOf(word) ? [[Number(number), verdictOf({ verdict: word })]] : [],
  );
}

function numberIn(value: unknown): number | undefined {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** The verdicts on things numbered from 1 on, undefined where there is none to trust. @param count - how many were asked about */
export function verdictsOn(verdicts: NumberedVerdicts, count: number): (VerdictValue | undefined)[] {
  const isForeign = [...verdicts.keys()].some((number) => number < 1 || number > count);
  return Array.from({ length: count }, (_, index) => (isForeign ? undefined : (verdicts.get(index + 1) ?? undefined)));
}
