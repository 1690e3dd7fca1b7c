/**
 * @file What an answer means. Strictly: one JSON object of the shape asked for, or it is unknown and counted by cause.
 *
 * A refusal, a cut answer, nonsense, an endpoint that failed: none of them is a "no". Nothing is guessed from prose.
 */
import { z } from "zod";
import type { LlmRequest, Outcome } from "../../llm/index.js";

/** Why nothing is known. */
export const UNKNOWN_CAUSES = [
  ...["refusal", "truncated", "malformed", "api error"],
  ...["unsure", "too few contexts", "no explanation", "no score"],
] as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[number];

export interface Unknown {
  unknown: UnknownCause;
  detail: string;
}

const Reason = z.string().max(2000);
export const VerdictAnswer = z.strictObject({
  verdict: z.enum(["yes", "no", "unsure"]),
  confidence: z.number().min(0).max(1),
  reason: Reason,
});
export const ExplanationAnswer = z.strictObject({ explanation: z.string().trim().min(1).max(1000) });
export const MatchesAnswer = z.strictObject({ matches: z.array(z.int()).max(1000) });

/** Reads an outcome. */
export function readAnswer<Schema extends z.ZodType>(
  outcome: Outcome,
  schema: Schema,
): { value: z.output<Schema> } | Unknown {
  if ("failure" in outcome) return { unknown: "api error", detail: outcome.failure };
  const { text, stop } = outcome.answer;
  if (stop === "refusal") return { unknown: "refusal", detail: shortened(text) };
  if (stop === "length") return { unknown: "truncated", detail: shortened(text) };
  const value = parsed(unwrapped(text));
  const read = schema.safeParse(value);
  return read.success ? { value: read.data } : { unknown: "malformed", detail: shortened(text) };
}

/** Small models like to put JSON into a code block; that much is allowed for. */
function unwrapped(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text)?.[1] ?? text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shortened(text: string): string {
  return text.trim().slice(0, 120);
}

/** JSON Schema without the limits that endpoints do not enforce, and some refuse; they are checked here again anyway. */
export function schemaFor(schema: z.ZodType): NonNullable<LlmRequest["schema"]> {
  const dropped = new Set(["$schema", "minimum", "maximum", "minLength", "maxLength", "maxItems"]);
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (value === null || typeof value !== "object") return value;
    const kept = Object.entries(value).filter(([name]) => !dropped.has(name));
    return Object.fromEntries(kept.map(([name, inner]) => [name, clean(inner)]));
  };
  return clean(z.toJSONSchema(schema, { io: "input" })) as NonNullable<LlmRequest["schema"]>;
}

/** Counts causes, in the order they are listed above. */
export function countCauses(causes: Iterable<UnknownCause | undefined>): Partial<Record<UnknownCause, number>> {
  const counts: Partial<Record<UnknownCause, number>> = {};
  const all = [...causes];
  for (const cause of UNKNOWN_CAUSES) {
    const count = all.filter((each) => each === cause).length;
    if (count > 0) counts[cause] = count;
  }
  return counts;
}
