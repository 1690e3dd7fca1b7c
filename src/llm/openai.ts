/**
 * @file OpenAI-compatible endpoints (Ollama, vLLM, llama.cpp's server, OpenAI): chat completions and embeddings.
 *
 * Two calls of plain fetch: the official package needs Node 22, and servers differ more in what they leave out than it
 * allows for. The key, where there is one, comes from OPENAI_API_KEY. Redirects are refused: they would carry it off.
 */
import { z } from "zod";
import { checkBaseUrl, isLocalHost } from "./address.js";
import { mostUsage, textOf } from "./budget.js";
import { ApiFailure, connectionFailure, kindOfStatus, redact, retryAfterOf } from "./failure.js";
import type { Answer, Embedder, LlmRequest, Provider } from "./types.js";

const OPENAI = "https://api.openai.com/v1";
/** No answer of ours is longer; a server that sends more is not believed. */
const MOST_BYTES = 64_000_000;

export interface OpenAiOptions {
  model: string;
  /** Up to and with its version, e.g. http://localhost:11434/v1; default OPENAI_BASE_URL or OpenAI's own. */
  baseUrl?: string;
}

const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().default(0), completion_tokens: z.number().default(0) }).nullish(),
});
const Embeddings = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: z.number().default(0) }).nullish(),
});

export function openAiProvider(options: OpenAiOptions): Provider {
  const { post, isLocal, isOpenAi, key } = endpoint(options);
  return {
    ...{ name: "openai", model: options.model, isLocal },
    async complete(request, signal) {
      const { choices, usage } = await post(
        "chat/completions",
        bodyOf(options.model, request, isOpenAi),
        Completion,
        signal,
      );
      const { message, finish_reason } = choices[0];
      return {
        text: redact(message.refusal ?? message.content ?? "", key),
        stop: message.refusal ? "refusal" : (STOPS[finish_reason ?? ""] ?? "other"),
        // Where tokens cost money and none are reported, the most that can have been used counts.
        usage: usage
          ? { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
          : isLocal
            ? { inputTokens: 0, outputTokens: 0 }
            : mostUsage(textOf(request), request.maxTokens),
      };
    },
  };
}

export function openAiEmbedder(options: OpenAiOptions): Embedder {
  const { post, isLocal } = endpoint(options);
  return {
    ...{ name: "openai", model: options.model, isLocal },
    async embed(texts, signal) {
      const body = { model: options.model, input: texts, encoding_format: "float" };
      const { data, usage } = await post("embeddings", body, Embeddings, signal);
      const vectors = texts.map((_, index) => data.find((entry) => entry.index === index)?.embedding);
      const width = vectors[0]?.length;
      if (vectors.some((vector) => !vector || vector.length !== width))
        throw new ApiFailure(`the endpoint returned ${data.length} vectors for ${texts.length} texts`, "request");
      const inputTokens = usage?.prompt_tokens ?? (isLocal ? 0 : mostUsage(texts.join(""), 0).inputTokens);
      return { vectors: vectors.map((vector) => Float64Array.from(vector!)), inputTokens };
    },
  };
}

const STOPS: Record<string, Answer["stop"]> = { stop: "end", length: "length", content_filter: "refusal" };

function bodyOf(model: string, { system, user, maxTokens, schema }: LlmRequest, isOpenAi: boolean) {
  return {
    model,
    messages: [
      { role: "system", content: system },
      { role: "user", content: user },
    ],
    // OpenAI itself knows the limit by another name, and some of its models take no temperature.
    ...(isOpenAi ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens, temperature: 0 }),
    ...(schema
      ? { response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } } }
      : {}),
  };
}

function endpoint({ baseUrl }: OpenAiOptions) {
  const key = process.env.OPENAI_API_KEY || undefined;
  const url = checkBaseUrl(baseUrl ?? process.env.OPENAI_BASE_URL ?? OPENAI, key !== undefined);
  const post = async <Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify(body),
        redirect: "error",
        signal,
      });
      text = await readLimited(response);
    } catch (error) {
      const { why, mayBeSent } = connectionFailure(error);
      throw new ApiFailure(redact(`${url}: ${why}`, key), "again", mayBeSent);
    }
    if (!response.ok) {
      const isOutOfMoney = text.includes("insufficient_quota");
      const kind = isOutOfMoney ? "setup" : kindOfStatus(response.status);
      const message = redact(`${response.status} ${text.slice(0, 500)}`, key);
      throw new ApiFailure(message, kind, false, retryAfterOf(response.headers), response.status);
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw new ApiFailure(redact(`not an answer of this API: ${text.slice(0, 200)}`, key), "again", true);
    }
  };
  const { hostname } = new URL(url);
  return { post, key, isLocal: isLocalHost(hostname), isOpenAi: hostname === new URL(OPENAI).hostname };
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
