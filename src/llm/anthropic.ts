/**
 * @file Anthropic's models through the official SDK: Messages, and Message Batches at half the price.
 *
 * The SDK's own retries are off: every request that is sent must first be written down (see ledger.ts). The key comes
 * from ANTHROPIC_API_KEY; it is taken out of every message that could carry it.
 */
import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { UserError } from "../base/errors.js";
import { checkBaseUrl } from "./address.js";
import { errorIn } from "./error-body.js";
import { ApiFailure, connectionFailure, kindOfStatus, redact, retryAfterOf } from "./failure.js";
import { asThinking, usageOf } from "./openai-answer.js";
import type { Answer, BatchEndpoint, BatchResult, BatchState, LlmRequest, Provider, SentAnswer } from "./types.js";

const LIMITS = { requests: 10_000, bytes: 200_000_000 };

export interface AnthropicOptions {
  model: string;
  /** Where the API is; default ANTHROPIC_BASE_URL or Anthropic's own. */
  baseUrl?: string;
}

/** @throws UserError when ANTHROPIC_API_KEY is not set */
export function anthropicProvider({ model, baseUrl }: AnthropicOptions): Provider {
  const key = process.env.ANTHROPIC_API_KEY;
  if (!key)
    throw new UserError("ANTHROPIC_API_KEY is not set. Keys come from the environment only: export it and run again.");
  const baseURL = baseUrl ?? process.env.ANTHROPIC_BASE_URL;
  const client = new Anthropic({
    apiKey: key,
    baseURL: baseURL ? checkBaseUrl(baseURL, true) : undefined,
    maxRetries: 0,
    logLevel: "off",
    timeout: 600_000,
  });
  const batches = batchEndpoint(client, model, key);
  let takesSchema = true;
  return {
    ...{ name: "anthropic", model, isLocal: false, batches },
    async complete(request, signal) {
      const send = () => {
        const params = paramsOf(model, takesSchema ? request : { ...request, schema: undefined });
        return guarded(key, () => client.messages.create(params, { signal }));
      };
      const message = await send().catch((error: unknown) => {
        // Older models cannot follow a schema; they say so, and it costs nothing.
        const isRefused = error instanceof ApiFailure && error.status === 400 && /output_config/.test(error.message);
        if (!isRefused || !request.schema) throw error;
        takesSchema = false;
        return send();
      });
      return answerOf(message, key);
    },
  };
}

function batchEndpoint(client: Anthropic, model: string, key: string): BatchEndpoint {
  const stateOf = ({ id, processing_status, request_counts }: Anthropic.Messages.MessageBatch): BatchState => ({
    id,
    hasEnded: processing_status === "ended",
    requests: Object.values(request_counts).reduce((sum, count) => sum + count, 0),
  });
  return {
    limits: LIMITS,
    bytesOf: (request) => Buffer.byteLength(JSON.stringify(paramsOf(model, request))) + 120,
    async create(requests, signal) {
      const body = requests.map(({ key: id, request }) => ({ custom_id: id, params: paramsOf(model, request) }));
      return (await guarded(key, () => client.messages.batches.create({ requests: body }, { signal }))).id;
    },
    state: async (id, signal) =>
      stateOf(await guarded(key, () => client.messages.batches.retrieve(id, {}, { signal }))),
    async *since(marker, signal) {
      const pages = client.messages.batches.list({ limit: 100 }, { signal })[Symbol.asyncIterator]();
      for (;;) {
        const next = await guarded(key, () => pages.next());
        if (next.done || next.value.id === marker) return;
        yield stateOf(next.value);
      }
    },
    async *results(id, signal) {
      const lines = (await guarded(key, () => client.messages.batches.results(id, {}, { signal })))[
        Symbol.asyncIterator
      ]();
      for (;;) {
        const next = await guarded(key, () => lines.next());
        if (next.done) return;
        yield resultOf(next.value, key);
      }
    },
  };
}

function paramsOf(model: string, { system, user, maxTokens, schema }: LlmRequest) {
  return {
    model,
    max_tokens: maxTokens,
    system,
    messages: [{ role: "user" as const, content: user }],
    ...(schema ? { output_config: { format: { type: "json_schema" as const, schema } } } : {}),
  };
}

const STOPS: Record<string, Answer["stop"]> = {
  end_turn: "end",
  stop_sequence: "end",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

/** @throws ApiFailure for a body that is no answer */
function answerOf(message: Anthropic.Messages.Message, key: string): SentAnswer {
  const error = errorIn(message);
  if (error) throw new ApiFailure(redact(error.message, key).slice(0, 500), error.kind ?? "again");
  const { content, stop_reason, usage } = message;
  if (!Array.isArray(content)) throw new ApiFailure("the endpoint sent no answer", "again", true);
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  const thought = content.map((block) => (block.type === "thinking" ? block.thinking : "")).join("");
  // Nothing asks for prompt caching; should an endpoint report cached tokens, they count in full.
  const cached = (usage?.cache_creation_input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0);
  return {
    text: redact(text.trim() ? text : asThinking(thought), key),
    stop: STOPS[stop_reason ?? ""] ?? "other",
    usage: usageOf(usage?.input_tokens, usage?.output_tokens, cached),
  };
}

function resultOf({ custom_id, result }: Anthropic.Messages.MessageBatchIndividualResponse, key: string): BatchResult {
  if (result.type === "succeeded") {
    try {
      return { key: custom_id, answer: answerOf(result.message, key) };
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      return { key: custom_id, failure: error.message, again: error.kind === "again" };
    }
  }
  if (result.type !== "errored") return { key: custom_id, failure: result.type, again: true };
  const { type, message } = result.error.error;
  return { key: custom_id, failure: redact(`${type}: ${message}`, key), again: type !== "invalid_request_error" };
}

/** Turns the SDK's errors into ApiFailure. */
async function guarded<Result>(key: string, call: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const message = redact((error as Error).message, key).slice(0, 500);
    if (error instanceof APIError && error.status !== undefined)
      throw new ApiFailure(message, kindOfStatus(error.status), false, retryAfterOf(error.headers), error.status);
    const { why, mayBeSent } = connectionFailure(error);
    throw new ApiFailure(redact(`${message} (${why})`, key).slice(0, 500), "again", mayBeSent);
  }
}
