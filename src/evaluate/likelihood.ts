/**
 * @file Likelihood of a continuation: how probable a model finds a text after a prompt.
 *
 * Prompt and continuation are encoded together, as they would stand in training text; the continuation's tokens are
 * those that end after the prompt's last byte. Everything is read by the loss reader, after an end-of-text, so a text's
 * likelihood does not depend on what is read beside it, and a text longer than the context is read in windows: its
 * continuation then sees at least the last half context of the prompt, and is marked.
 */
import { UserError } from "../base/errors.js";
import type { LossReader } from "../nn/index.js";
import type { Tokenizer } from "../tokens/index.js";

export interface Continuation {
  prompt: string;
  /** Not empty; with its leading space, if there is to be one. */
  text: string;
}

export interface Likelihood {
  /** Sum over the continuation's tokens, nats, at most 0. */
  logLikelihood: number;
  /** Tokens and UTF-8 bytes of the continuation. */
  tokens: number;
  bytes: number;
  /** Prompt and continuation are longer than the model's context. */
  isBeyondContext: boolean;
}

/** A continuation in ids: those from `from` on, of a document that begins with an end-of-text which is not among them. */
export interface EncodedContinuation {
  ids: Uint32Array;
  from: number;
  /** UTF-8 bytes of the continuation. */
  bytes: number;
}

/** Encodes a prompt and its continuation as one text. */
export function encodeContinuation(tokenizer: Tokenizer, { prompt, text }: Continuation): EncodedContinuation {
  const { ids, ends } = tokenizer.encodeWithOffsets(prompt + text);
  const promptBytes = Buffer.byteLength(prompt);
  return { ids, from: ends.findIndex((end) => end > promptBytes), bytes: Buffer.byteLength(text) };
}

/**
 * Reads continuations, yielding their likelihoods in order.
 * @throws UserError for a model that reads backwards
 */
export async function* likelihoods(
  reader: LossReader,
  continuations: Iterable<EncodedContinuation>,
): AsyncGenerator<Likelihood> {
  const { config, direction } = reader.model;
  if (direction !== "forward")
    throw new UserError(`The model reads ${direction}; likelihoods of answers need one that reads forward.`);
  const waiting: EncodedContinuation[] = [];
  const documents = function* () {
    for (const continuation of continuations) {
      waiting.push(continuation);
      yield continuation.ids;
    }
  };
  for await (const { losses } of reader.read(documents())) {
    const { from, bytes } = waiting.shift()!;
    const logLikelihood = -losses.subarray(from).reduce((sum, loss) => sum + loss, 0);
    // The document is read after an end-of-text, and its last token is a target only.
    yield { logLikelihood, tokens: losses.length - from, bytes, isBeyondContext: losses.length > config.context };
  }
}
