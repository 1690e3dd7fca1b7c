/**
 * @file What an OpenAI-compatible server takes: learnt from its errors, kept for the run.
 *
 * Servers and models differ in the name of the limit on tokens, and in whether they take a temperature, a JSON Schema
 * and a system message. None can be asked; all say so when they refuse. A refused request costs nothing and is sent
 * again in the way the server asked for.
 */
import type { LlmRequest } from "./types.js";

export interface Dialect {
  limit: "max_tokens" | "max_completion_tokens";
  takesTemperature: boolean;
  takesSchema: boolean;
  takesSystem: boolean;
}

/** The body of a chat completion. */
export function bodyOf(model: string, { system, user, maxTokens, schema }: LlmRequest, dialect: Dialect) {
  const { limit, takesTemperature, takesSchema, takesSystem } = dialect;
  const messages = takesSystem
    ? [
        { role: "system", content: system },
        { role: "user", content: user },
      ]
    : [{ role: "user", content: `${system}\n\n${user}` }];
  const format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  return {
    model,
    messages,
    [limit]: maxTokens,
    ...(takesTemperature ? { temperature: 0 } : {}),
    ...(schema && takesSchema ? { response_format: format } : {}),
  };
}

const NOT_TAKEN =
  /unsupported|not support|n't support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|not enabled|extra |only the default|not accept|n't accept|instead/i;

/**
 * How to ask a server that refused a request.
 *
 * @param message - what it said
 * @returns undefined when it complains of something else
 */
export function adapted(dialect: Dialect, message: string): Dialect | undefined {
  const next = { ...dialect };
  const isNotTaken = NOT_TAKEN.test(message);
  if (isNotTaken && (message.includes("max_completion_tokens") || message.includes(dialect.limit)))
    next.limit = dialect.limit === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  if (isNotTaken && /temperature/i.test(message)) next.takesTemperature = false;
  if (/response_format|json_schema|structured.?output/i.test(message)) next.takesSchema = false;
  if (isNotTaken && /system|developer/i.test(message) && /role|instruction|message|prompt/i.test(message))
    next.takesSystem = false;
  const isSame = Object.entries(next).every(([name, value]) => dialect[name as keyof Dialect] === value);
  return isSame ? undefined : next;
}
