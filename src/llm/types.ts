/**
 * @file What is asked of a language model and what comes back, whoever serves it.
 *
 * An answer is what was paid for: it is kept even when it is a refusal or nonsense, for asking again would cost again.
 * What it means is the business of whoever asked.
 */

/** One question. Its text is everything the model sees: no hidden state, no earlier turns. */
export interface LlmRequest {
  system: string;
  user: string;
  /** Tokens the answer may have, thinking included. */
  maxTokens: number;
  /** JSON Schema the answer should follow, where the endpoint can enforce one. */
  schema?: Record<string, unknown>;
}

/** Why the model stopped: done, out of tokens, unwilling, or anything else. */
export type StopReason = "end" | "length" | "refusal" | "other";

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface Answer {
  text: string;
  stop: StopReason;
  usage: Usage;
}

/** An answer as an endpoint sends it: some report no tokens. */
export interface SentAnswer extends Omit<Answer, "usage"> {
  usage: Usage | null;
}

/** One result out of a batch: an answer, or none and whether asking again may help. Results come in any order. */
export type BatchResult = { key: string } & ({ answer: SentAnswer } | { failure: string; again: boolean });

/** A batch as the endpoint lists it. */
export interface BatchState {
  id: string;
  hasEnded: boolean;
  /** Requests in it. */
  requests: number;
}

/** An endpoint that takes many requests at once and answers within hours. */
export interface BatchEndpoint {
  /** Most requests, and most bytes of JSON, of one batch. */
  limits: { requests: number; bytes: number };
  /** Bytes one request takes in a batch. */
  bytesOf(request: LlmRequest): number;
  create(requests: readonly { key: string; request: LlmRequest }[], signal: AbortSignal): Promise<string>;
  state(id: string, signal: AbortSignal): Promise<BatchState>;
  /** Batches newer than `marker`, newest first; all of them without one. */
  since(marker: string | undefined, signal: AbortSignal): AsyncIterable<BatchState>;
  results(id: string, signal: AbortSignal): AsyncIterable<BatchResult>;
}

/** A model behind an endpoint. Its methods throw ApiFailure; they neither retry nor remember. */
export interface Provider {
  name: string;
  model: string;
  /** Whether it runs on this machine or network, and so costs nothing per token. */
  isLocal: boolean;
  complete(request: LlmRequest, signal: AbortSignal): Promise<SentAnswer>;
  batches?: BatchEndpoint;
}

/** A model that turns texts into vectors. */
export interface Embedder {
  name: string;
  model: string;
  isLocal: boolean;
  /** @returns one vector per text, in order */
  embed(texts: readonly string[], signal: AbortSignal): Promise<{ vectors: Float64Array[]; inputTokens: number }>;
}
