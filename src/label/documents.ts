/** @file The documents of a token shard, as the label room reads them. */
import { readDocument, requireSameTokenizer, type TokenShard, tokenizerFingerprint } from "../tokens/index.js";

/** Documents, and which token ids are special. */
export interface DocumentSet {
  documents: readonly Uint32Array[];
  specials: ReadonlySet<number>;
}

/** Documents whose text can be shown. */
export interface ReadableSet extends DocumentSet {
  /** Text of tokens `from` to `to` - 1 of a document. */
  textOf(document: number, from: number, to: number): string;
}

/** The first documents of a shard: at most `documents` of them, and no more once `tokens` tokens are reached. */
export function firstDocuments(
  shard: TokenShard,
  specials: Iterable<number>,
  { documents: most = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY } = {},
): DocumentSet {
  const documents: Uint32Array[] = [];
  for (let index = 0, seen = 0; index < Math.min(most, shard.documents.length) && seen < tokens; index++) {
    documents.push(readDocument(shard, index));
    seen += documents[index].length;
  }
  return { documents, specials: new Set(specials) };
}

/** 1 where a token is special. */
export function specialMask(tokens: Uint32Array, specials: ReadonlySet<number>): Uint8Array {
  const mask = new Uint8Array(tokens.length);
  for (let token = 0; token < tokens.length; token++) if (specials.has(tokens[token])) mask[token] = 1;
  return mask;
}

/** @throws UserError when a model and token shards have different tokenizers */
export function requireModelTokenizer(model: string, tokens: string): void {
  requireSameTokenizer(
    { what: `Model ${model}`, fingerprint: tokenizerFingerprint(model) },
    { what: `the token shards ${tokens}`, fingerprint: tokenizerFingerprint(tokens) },
    "Give the shards the model was trained on.",
  );
}
