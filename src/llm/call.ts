/**
 * @file Calls: a question, the key it is known by, and how to put it.
 *
 * The key is the SHA-256 of everything that decides the answer: provider, model, prompt, schema, limits. Equal keys are
 * one call. Where the endpoint is does not count, so that a proxy or another port does not cost the answers again.
 */
import { canonicalJson, sha256 } from "../base/hash.js";
import { textOf } from "./budget.js";
import type { Price } from "./prices.js";
import type { Answer, BatchEndpoint, Embedder, LlmRequest, Provider } from "./types.js";

export interface Call {
  /** 64 hexadecimal digits. */
  key: string;
  /** All text that is paid for. */
  text: string;
  maxTokens: number;
  price: Price;
  send(signal: AbortSignal): Promise<Answer>;
  /** How to put it into a batch, where the endpoint has them. */
  batch?: { endpoint: BatchEndpoint; request: LlmRequest };
}

/** A question to a model. */
export function completionCall(provider: Provider, price: Price, request: LlmRequest): Call {
  return {
    key: sha256(canonicalJson({ provider: provider.name, model: provider.model, request })),
    text: textOf(request),
    maxTokens: request.maxTokens,
    price,
    send: (signal) => provider.complete(request, signal),
    batch: provider.batches && { endpoint: provider.batches, request },
  };
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
