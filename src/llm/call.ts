/**
 * @file Calls: a question, the key it is known by, and how to put it.
 *
 * The key is the SHA-256 of everything that decides the answer: provider, model, prompt, schema. Equal keys are one call.
 * Where the endpoint is does not count, so that a proxy or another port does not cost the answers again.
 */
import { canonicalJson, sha256 } from "../base/hash.js";
import { mostUsage, textOf } from "./budget.js";
import type { Price } from "./prices.js";
import type { Answer, BatchEndpoint, Embedder, LlmRequest, Provider, SentAnswer } from "./types.js";
import type { Unanswered } from "./unanswered.js";

export interface Call {
  /** 64 hexadecimal digits. */
  key: string;
  /** All text that is paid for. */
  text: string;
  maxTokens: number;
  price: Price;
  send(signal: AbortSignal): Promise<SentAnswer>;
  /** How to put it into a batch, where the endpoint has them. */
  batch?: { endpoint: BatchEndpoint; request: LlmRequest };
  /** Why what came back answers nothing; undefined when it is an answer. Without it, all that comes back is one. */
  problem?(answer: Answer): Unanswered | undefined;
  /** Never asked again, even when what came back answers nothing: whoever asked has another way. */
  isAskedOnce?: boolean;
  /** The same question with room for a longer answer, for one that was cut. */
  larger?(): Call;
}

/** Room for an answer that was cut, in times what it had. */
const LARGER = 4;
/**
 * The limit only decides whether an answer is cut, so it is no part of the key: raised, it costs no answer again. The
 * number stands in its place in keys, for the ledgers of the time when it was one.
 */
const KEYED_LIMIT = 1024;

/** A question to a model. @param reading - how it is known whether it was answered */
export function completionCall(
  provider: Provider,
  price: Price,
  request: LlmRequest,
  reading: Pick<Call, "problem" | "isAskedOnce"> = {},
): Call {
  const keyed = { ...request, maxTokens: KEYED_LIMIT };
  return {
    ...reading,
    key: sha256(canonicalJson({ provider: provider.name, model: provider.model, request: keyed })),
    text: textOf(request),
    maxTokens: request.maxTokens,
    price,
    send: (signal) => provider.complete(request, signal),
    batch: provider.batches && { endpoint: provider.batches, request },
    larger() {
      const larger = completionCall(provider, price, { ...request, maxTokens: LARGER * request.maxTokens }, reading);
      return { ...larger, larger: undefined };
    },
  };
}

/** What came back, with its tokens: where none are reported and they cost money, the most that can have been used. */
export function answerTo(
  { text, maxTokens, price }: Pick<Call, "text" | "maxTokens" | "price">,
  { usage, ...said }: SentAnswer,
): Answer {
  const isFree = price.input === 0 && price.output === 0;
  return { ...said, usage: usage ?? (isFree ? { inputTokens: 0, outputTokens: 0 } : mostUsage(text, maxTokens)) };
}

/** How similar each text is to a query: the answer's text is a JSON array of cosines, in the order of the texts. */
export function similarityCall(embedder: Embedder, price: Price, query: string, texts: readonly string[]): Call {
  const similarity = { query, texts };
  return {
    key: sha256(canonicalJson({ provider: embedder.name, model: embedder.model, similarity })),
    text: query + texts.join(""),
    maxTokens: 0,
    price,
    async send(signal) {
      const { vectors, inputTokens } = await embedder.embed([query, ...texts], signal);
      const cosines = vectors.slice(1).map((vector) => cosine(vectors[0], vector));
      return { text: JSON.stringify(cosines), stop: "end", usage: { inputTokens, outputTokens: 0 } };
    },
  };
}

/** Cosine of the angle between two vectors; 0 when one has no length. */
function cosine(a: Float64Array, b: Float64Array): number {
  let [product, aSquare, bSquare] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    product += a[index] * b[index];
    aSquare += a[index] ** 2;
    bSquare += b[index] ** 2;
  }
  return product === 0 ? 0 : product / Math.sqrt(aSquare * bSquare);
}
