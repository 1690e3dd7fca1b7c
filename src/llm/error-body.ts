/**
 * @file Errors as servers write them into bodies, whatever the HTTP status: some send them with 200.
 *
 * Shapes seen: { error: { message, type, code, param } } (OpenAI, OpenRouter, Anthropic), { error: "text" } (Ollama),
 * { object: "error", message, code } (vLLM), { detail } (FastAPI), and an error inside a choice (OpenRouter).
 */
import { z } from "zod";
import { type FailureKind, kindOfStatus } from "./failure.js";

const Code = z.union([z.string(), z.number()]).nullish().catch(null);
const Details = z.looseObject({
  message: z.string().nullish().catch(null),
  type: z.string().nullish().catch(null),
  code: Code,
  param: z.string().nullish().catch(null),
});
const Body = z.looseObject({
  error: z.unknown().optional(),
  detail: z.unknown().optional(),
  object: z.unknown().optional(),
  choices: z
    .array(z.looseObject({ error: z.unknown().optional() }))
    .nullish()
    .catch(null),
});

export interface BodyError {
  /** In one line: the message, and the names of code and parameter. */
  message: string;
  /** What it stands for, where its code says so. */
  kind?: FailureKind;
}

/** The error a parsed body tells of; undefined when it tells of none. */
export function errorIn(body: unknown): BodyError | undefined {
  const read = Body.safeParse(body);
  if (!read.success) return undefined;
  const { error, detail, object, choices } = read.data;
  const found =
    error || choices?.[0]?.error || (object === "error" ? body : undefined) || (choices ? undefined : detail);
  if (!found) return undefined;
  const details = Details.safeParse(found);
  if (!details.success) return { message: typeof found === "string" ? found : JSON.stringify(found) };
  const { message, type, code, param } = details.data;
  const said = [message ?? JSON.stringify(found), type, code, param].filter(
    (part) => part !== null && part !== undefined,
  );
  return { message: said.join(" "), kind: kindOfCode(code) ?? kindOfCode(type) };
}

const KINDS: Record<string, FailureKind> = {
  ...{
    insufficient_quota: "setup",
    invalid_api_key: "setup",
    authentication_error: "setup",
    permission_error: "setup",
  },
  ...{ model_not_found: "setup", not_found_error: "setup", billing_error: "setup" },
  ...{ invalid_request_error: "request", context_length_exceeded: "request", request_too_large: "request" },
};

function kindOfCode(code: string | number | null | undefined): FailureKind | undefined {
  const status = Number(code ?? Number.NaN);
  if (status >= 400 && status < 600) return kindOfStatus(status);
  return typeof code === "string" && Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
}
