/** @file Documents of a token folder, chosen by source or truth domain, as the stream a given model trains on. */
import type { Split } from "../corpus/index.js";
import { loadModel, type Model } from "../nn/index.js";
import {
  loadTokenizer,
  requireSameTokenizer,
  type Specials,
  selectDocuments,
  tokenizerFingerprint,
} from "../tokens/index.js";
import { checkStream, type Stream, wholeStream } from "./batches.js";

export interface NamedStreams {
  model: Model;
  specials: Specials;
  /** The documents of a split that have one of the names, end to end, in the model's direction. */
  stream(split: Split, names: readonly string[]): Stream;
}

/**
 * Opens a model beside a token folder.
 * @throws UserError when they are of different tokenizers; `stream`, when no document has the name or they fill no window
 */
export function openNamedStreams(modelDirectory: string, tokens: string): NamedStreams {
  const model = loadModel(modelDirectory);
  requireSameTokenizer(
    { what: modelDirectory, fingerprint: tokenizerFingerprint(modelDirectory) },
    { what: tokens, fingerprint: tokenizerFingerprint(tokens) },
    "Give the token shards that the model was trained on, or some of the same tokenizer.",
  );
  const { specials } = loadTokenizer(tokens);
  return {
    model,
    specials,
    stream(split, names) {
      const stream = wholeStream(selectDocuments(tokens, split, names), specials, model.direction);
      checkStream(stream, model.config.context, `${split} text of ${names.join(", ")}`);
      return stream;
    },
  };
}
