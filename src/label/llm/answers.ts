/**
 * @file What an answer means: the value asked for, however the model dressed it, or unknown and counted by cause.
 *
 * A refusal, a cut answer, nonsense, an endpoint that failed: none of them is a "no". Where an answer holds two values
 * that differ, or only words around none, it is unknown: nothing is guessed from prose.
 */
import { z } from "zod";
import { canonicalJson } from "../../base/hash.js";
import { type LlmRequest, type Outcome, UNANSWERED } from "../../llm/index.js";
import { endsInValue, MOST_CHARACTERS, valuesIn, withoutThinking } from "./reading.js";

/** Why nothing is known. */
export const UNKNOWN_CAUSES = [
  ...UNANSWERED,
  ...(["unsure", "too few contexts", "no explanation", "no score"] as const),
] as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[number];

export interface Unknown {
  unknown: UnknownCause;
  detail: string;
}

/** An object and all in it, names in small letters. */
export type Found = readonly Record<string, unknown>[];

/** What is asked for, and how it is found in what was said. */
export interface AnswerShape<Value> {
  /** As endpoints are told to follow it. */
  schema: z.ZodType;
  /**
   * @param found - the objects of each JSON value in the answer that has any: itself and all in it
   * @param said - its text, without thinking; empty where words do not count
   * @param isQuoted - whether a piece of it also stands in the question
   * @returns undefined when it cannot be told
   */
  read(found: readonly Found[], said: string, isQuoted: (piece: string) => boolean): Value | undefined;
  /** Whether a value says more than "unsure"; every value does when there is no such function. */
  isKnown?(value: Value): boolean;
}

export const Reason = z.string().max(2000);

export interface VerdictValue {
  verdict: "yes" | "no" | "unsure";
  confidence: number;
  reason: string;
}

export const VerdictAnswer: AnswerShape<VerdictValue> = {
  schema: z.strictObject({
    verdict: z.enum(["yes", "no", "unsure"]),
    confidence: z.number().min(0).max(1),
    reason: Reason,
  }),
  read(found, said, isQuoted) {
    const verdicts =
      found.length > 0
        ? valuesOf(found, (object) => "verdict" in object || wordOf(object.answer) !== undefined, verdictOf)
        : plainVerdicts(said, isQuoted);
    return agreed(verdicts, ({ verdict }) => verdict);
  },
  isKnown: ({ verdict }) => verdict !== "unsure",
};

const Explanation = z.string().trim().min(1).max(1000);
export const ExplanationAnswer: AnswerShape<{ explanation: string }> = {
  schema: z.strictObject({ explanation: Explanation }),
  read: (found) => agreed(parsedOf(found, "explanation", z.object({ explanation: Explanation }))),
};

const Matches = z.object({ matches: z.array(z.int()).max(1000) });
export const MatchesAnswer: AnswerShape<{ matches: number[] }> = {
  schema: z.strictObject(Matches.shape),
  read: (found) => agreed(parsedOf(found, "matches", Matches)),
};

/** Numbers of our own making, which stand in no prose. @param length - how many there are */
export function numbersAnswer(length: number): AnswerShape<number[]> {
  const schema = z.array(z.number()).length(length);
  return { schema, read: (_, said) => schema.safeParse(JSON.parse(said)).data };
}

/**
 * Reads an outcome.
 * @param asked - the question's text: an object quoted from it is no answer
 */
export function readAnswer<Value>(outcome: Outcome, shape: AnswerShape<Value>, asked = ""): { value: Value } | Unknown {
  if ("failure" in outcome) return { unknown: "api error", detail: shortened(outcome.failure) };
  const { text, stop } = outcome.answer;
  if (stop === "refusal") return { unknown: "refusal", detail: shortened(text) };
  if (stop === "length") return { unknown: "truncated", detail: shortened(text) };
  if (text.length > MOST_CHARACTERS) return { unknown: "malformed", detail: shortened(text) };
  const { said, thought } = isJson(text) ? { said: text, thought: "" } : withoutThinking(text);
  // Thought is taken for the answer only when there is nothing else and it ends in one.
  const meant = said === "" && endsInValue(thought) ? thought : said;
  const isQuoted = (piece: string) => asked.includes(JSON.stringify(piece).slice(1, -1));
  const values = valuesIn(meant, isQuoted);
  const found = values?.map((value) => objectsOf([value])).filter((objects) => objects.length > 0);
  // Words without an object do not count where an object was thought: a quoted tag may have cut off the answer itself.
  const words = thought.includes("{") ? "" : meant;
  const value = found && shape.read(found, words, isQuoted);
  return value === undefined ? { unknown: "malformed", detail: shortened(said || text) } : { value };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Objects in values, at any depth, their names in small letters. */
function objectsOf(values: readonly unknown[]): Record<string, unknown>[] {
  return values.flatMap((value) => {
    if (value === null || typeof value !== "object") return [];
    if (Array.isArray(value)) return objectsOf(value);
    const named = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.trim().toLowerCase(), inner]));
    return [named, ...objectsOf(Object.values(value))];
  });
}

/** The value, when there is one and all are the same; undefined when one cannot be read. */
function agreed<Value>(
  values: readonly (Value | undefined)[],
  sameness: (value: Value) => unknown = (value) => value,
): Value | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  const same = canonicalJson(sameness(first));
  return values.every((value) => value !== undefined && canonicalJson(sameness(value)) === same) ? first : undefined;
}

function parsedOf<Value>(found: readonly Found[], name: string, schema: z.ZodType<Value>): (Value | undefined)[] {
  return valuesOf(
    found,
    (object) => name in object,
    (object) => schema.safeParse(object).data,
  );
}

/** What is read of the objects that answer; what holds none that does cannot be read. */
function valuesOf<Value>(
  found: readonly Found[],
  isAnswer: (object: Found[number]) => boolean,
  read: (object: Found[number]) => Value | undefined,
): (Value | undefined)[] {
  return found.flatMap((objects) => {
    const answers = objects.filter(isAnswer);
    return answers.length > 0 ? answers.map(read) : [undefined];
  });
}

const WORDS: Record<string, VerdictValue["verdict"]> = {
  ...{ yes: "yes", true: "yes", no: "no", false: "no" },
  ...{ unsure: "unsure", uncertain: "unsure", unknown: "unsure" },
};
/** A longer text is not one word, whatever stands around it. */
const LONGEST_WORD = 40;
/** How sure a model is taken to be that does not say so. */
const UNSTATED = 0.5;
const Confidence = z.coerce.number().min(0).max(1).catch(UNSTATED);

/** The verdict of an object that has one; what else it lacks is filled in. */
export function verdictOf(object: Record<string, unknown>): VerdictValue | undefined {
  const verdict = wordOf(object.verdict ?? object.answer);
  const confidence = Confidence.parse(object.confidence ?? Number.NaN);
  const reason = typeof object.reason === "string" ? object.reason.slice(0, 2000) : "";
  return verdict && { verdict, confidence, reason };
}

/** A verdict that is one word, whatever stands around its letters. */
export function wordOf(value: unknown): VerdictValue["verdict"] | undefined {
  if (typeof value !== "string" && typeof value !== "boolean") return undefined;
  if (String(value).length > LONGEST_WORD) return undefined;
  const word = String(value)
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")
    .toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

/** "Yes.", or lines such as "Verdict: no": verdicts in words that are nothing else. */
function plainVerdicts(said: string, isQuoted: (piece: string) => boolean): (VerdictValue | undefined)[] {
  const lines = [...said.matchAll(/^[^\w\n]*((?:final )?(?:verdict|answer)[^\w\n]{0,9}[:=][^\w\n]*(.*))$/gim)];
  if (lines.length === 0) return [verdictOf({ verdict: said })];
  return lines.map(([, line, word]) => (isQuoted(line) ? undefined : verdictOf({ verdict: word })));
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
