/**
 * @file OpenAI-compatible endpoints (Ollama, vLLM, llama.cpp's server, OpenAI): chat completions and embeddings.
 *
 * Two calls of plain fetch: the official package needs Node 22, and servers differ more in what they leave out than it
 * allows for. What a server does not take is learnt from its errors (dialect.ts), where it puts the answer is known to
 * openai-answer.ts. The key, where there is one, comes from OPENAI_API_KEY. Redirects are refused: they would carry it off.
 */
import { z } from "zod";
import { checkBaseUrl, isLocalHost } from "./address.js";
import { mostUsage } from "./budget.js";
import { adapted, bodyOf, type Dialect } from "./dialect.js";
import { type BodyError, errorIn } from "./error-body.js";
import { ApiFailure, connectionFailure, kindOfStatus, redact, retryAfterOf } from "./failure.js";
import { answerIn, Completion } from "./openai-answer.js";
import type { Embedder, LlmRequest, Provider } from "./types.js";

const OPENAI = "https://api.openai.com/v1";
/** No answer of ours is longer; a server that sends more is not believed. */
const MOST_BYTES = 64_000_000;
/** Ways of asking tried for one request: each thing a server may not take, and one more. */
const MOST_DIALECTS = 5;

export interface OpenAiOptions {
  model: string;
  /** Up to and with its version, e.g. http://localhost:11434/v1; default OPENAI_BASE_URL or OpenAI's own. */
  baseUrl?: string;
}

const Embeddings = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: z.number() }).nullish().catch(null),
});

export function openAiProvider(options: OpenAiOptions): Provider {
  const { post, isLocal, isOpenAi, key } = endpoint(options);
  let dialect: Dialect = {
    ...{ takesTemperature: true, takesSchema: true, takesSystem: true },
    limit: isOpenAi ? "max_completion_tokens" : "max_tokens",
  };
  const complete = async (request: LlmRequest, signal: AbortSignal, tries = 1) => {
    const used = dialect;
    try {
      return await post("chat/completions", bodyOf(options.model, request, used), Completion, signal);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.mayBePaid || tries === MOST_DIALECTS) throw error;
      // Another request may have learnt it meanwhile.
      const next = used === dialect ? adapted(used, error.message) : dialect;
      if (!next) throw error;
      dialect = next;
      return complete(request, signal, tries + 1);
    }
  };
  return {
    ...{ name: "openai", model: options.model, isLocal },
    async complete(request, signal) {
      const answer = answerIn(await complete(request, signal));
      return { ...answer, text: redact(answer.text, key) };
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
    const { ok, status, headers } = response;
    const parsed = parse(text);
    const error: BodyError | undefined = errorIn(parsed) ?? (ok ? undefined : { message: text });
    if (error) {
      const isOutOfMoney = error.message.includes("insufficient_quota");
      // Some servers send errors with a status that says all is well: then their code decides.
      const kind = isOutOfMoney ? "setup" : ok ? (error.kind ?? "again") : kindOfStatus(status);
      const message = redact(`${status} ${error.message.slice(0, 500)}`, key);
      throw new ApiFailure(message, kind, false, retryAfterOf(headers), status);
    }
    const read = schema.safeParse(parsed);
    if (read.success) return read.data;
    throw new ApiFailure(redact(`not an answer of this API: ${text.slice(0, 200)}`, key), "again", true);
  };
  const { hostname } = new URL(url);
  return { post, key, isLocal: isLocalHost(hostname), isOpenAi: hostname === new URL(OPENAI).hostname };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
