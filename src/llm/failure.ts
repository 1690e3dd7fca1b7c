/**
 * @file When an endpoint does not answer: what kind of failure, whether to ask again, and when.
 *
 * - `again`: rate limits, overload, a server's or a network's bad moment. Asked again, later each time.
 * - `request`: this one request will never be taken (too long, malformed). It stays unanswered.
 * - `setup`: the key, the model or the address is wrong. Nothing would work: everything stops.
 */
import { random } from "../base/random.js";

export type FailureKind = "again" | "request" | "setup";

export class ApiFailure extends Error {
  override name = "ApiFailure";
  constructor(
    message: string,
    readonly kind: FailureKind,
    /** Whether the endpoint may have answered, and charged for it, without our hearing of it. */
    readonly mayBePaid = false,
    /** Seconds the endpoint asked us to wait. */
    readonly retryAfter?: number,
    /** HTTP status, when there was an answer at all. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The longest wait an endpoint can impose with `retry-after`, in seconds. */
const LONGEST_WAIT = 300;
/** The longest of our own waits, in seconds. */
const LONGEST_BACKOFF = 60;

/** The kind of failure an HTTP status stands for. 529 is Anthropic's "overloaded". */
export function kindOfStatus(status: number): FailureKind {
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) return "again";
  return status === 401 || status === 402 || status === 403 || status === 404 ? "setup" : "request";
}

/** Codes of connections that never came to be. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** What a failed connection was about: the innermost error's code or message, and whether a request can have left. */
export function connectionFailure(error: unknown): { why: string; mayBeSent: boolean } {
  let inner = error as { cause?: unknown; code?: unknown; message?: unknown };
  for (let depth = 0; depth < 8 && inner?.cause instanceof Error; depth++) inner = inner.cause as typeof inner;
  const why = String(inner?.code ?? inner?.message ?? error);
  return { why, mayBeSent: !NEVER_SENT.has(why) && why !== "bad port" };
}

/** Seconds from a `retry-after` (or `retry-after-ms`) header; a date, as HTTP allows, counts from now. */
export function retryAfterOf(headers: { get(name: string): string | null } | undefined): number | undefined {
  const milliseconds = Number(headers?.get("retry-after-ms") || Number.NaN);
  const value = headers?.get("retry-after");
  const seconds = Number.isFinite(milliseconds)
    ? milliseconds / 1000
    : value && Number.isFinite(Number(value))
      ? Number(value)
      : value
        ? (Date.parse(value) - Date.now()) / 1000
        : Number.NaN;
  return Number.isFinite(seconds) ? Math.min(LONGEST_WAIT, Math.max(0, seconds)) : undefined;
}

/**
 * Seconds to wait before attempt `attempt` (1 = the first repeat): what the endpoint asked for, else doubling from
 * `base` up to a minute, each wait between half and all of that, so that many askers do not return at once.
 */
export function waitBefore(attempt: number, key: string, base: number, retryAfter: number | undefined): number {
  if (retryAfter !== undefined) return retryAfter;
  const spread = 0.5 + 0.5 * random(attempt, key).uniform();
  return spread * Math.min(LONGEST_BACKOFF, base * 2 ** (attempt - 1));
}

/** Waits; rejects when `signal` aborts. */
export function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, 1000 * seconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** Takes a secret out of a text that is to be shown or written. */
export function redact(text: string, secret: string | undefined): string {
  return secret ? text.replaceAll(secret, "[key]") : text;
}
