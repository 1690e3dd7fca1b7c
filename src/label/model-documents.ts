/**
 * @file Documents of token shards in the tokens of the model that annotates them, and its labels back on the shards'.
 *
 * Where both have one tokenizer nothing is changed. Else a document's text is tokenized by the model's own tokenizer,
 * whole, and labels return on UTF-8 bytes: any overlap counts.
 */
import { UserError } from "../base/errors.js";
import { openTextCodec } from "../models/index.js";
import { carry, type Tokenizer } from "../tokens/index.js";
import { type DocumentText, textReader } from "./document-text.js";
import type { ReadableSet } from "./documents.js";

export interface ModelDocuments extends ReadableSet {
  /** UTF-8 byte of a document's text at which each of its model tokens ends; special tokens have no bytes. */
  ends(document: number): Uint32Array;
  /** Labels of a document's model tokens, as labels of its tokens in the shard. */
  toShard(document: number, labels: Uint8Array): Uint8Array;
}

/** Makes a document of shard tokens one of model tokens. */
export type ToModel = (documents: readonly Uint32Array[]) => ModelDocuments;

/**
 * @param tokenizer - of the shards
 * @param model - directory of a model with a tokenizer of its own; undefined when it is the shards' too
 */
export function toModelTokens(tokenizer: Tokenizer, model?: string): ToModel {
  const read = textReader(tokenizer);
  if (model === undefined)
    return (documents) => ({
      documents,
      specials: new Set(Object.values(tokenizer.specials)),
      textOf: (document, from, to) => tokenizer.decode(documents[document].subarray(from, to)),
      ends: (document) => read(documents[document]).ends,
      toShard: (_, labels) => labels,
    });
  const codec = openTextCodec(model);
  return (documents) => {
    const encoded = documents.map((tokens, document) => {
      const inShard = read(tokens);
      requireBytes(inShard, document, tokenizer.name);
      const { ids, ends } = codec.encode(inShard.text);
      return { ids, ends, shardEnds: inShard.ends, bytes: Buffer.from(inShard.text) };
    });
    return {
      documents: encoded.map(({ ids }) => ids),
      specials: codec.specials,
      textOf(document, from, to) {
        const { ends, bytes } = encoded[document];
        const [start, end] = [from, to].map((token) => (token === 0 ? 0 : ends[token - 1]));
        return bytes.toString("utf8", start, end);
      },
      ends: (document) => encoded[document].ends,
      toShard: (document, labels) => carry(labels, encoded[document].ends, encoded[document].shardEnds),
    };
  };
}

/** Bytes can only be carried where the shard's tokens are pieces of its text's bytes. */
function requireBytes({ text, ends }: DocumentText, document: number, name: string): void {
  const [bytes, covered] = [Buffer.byteLength(text), ends.at(-1) ?? 0];
  if (bytes !== covered)
    throw new UserError(
      `The tokens of document ${document + 1} spell ${covered} bytes, its text has ${bytes}: ${name} is not byte-level. ` +
        "Tokenize the corpus with a byte-level tokenizer (npx lacuna tokenizer, or cl100k_base).",
    );
}
