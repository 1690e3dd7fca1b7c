/** @file The text of tokenized documents, and where in it each token ends. */
import type { Tokenizer } from "../tokens/index.js";
import { specialMask } from "./documents.js";

export interface DocumentText {
  text: string;
  /** UTF-8 byte at which each token ends; special tokens have no bytes. */
  ends: Uint32Array;
  isSpecial: Uint8Array;
}

/** Reads documents' texts back from their tokens. */
export function textReader(tokenizer: Tokenizer): (tokens: Uint32Array) => DocumentText {
  const specials = new Set(Object.values(tokenizer.specials));
  const lengths = new Map<number, number>();
  const lengthOf = (id: number) => {
    let length = lengths.get(id);
    if (length === undefined) lengths.set(id, (length = tokenizer.decodeBytes([id]).length));
    return length;
  };
  return (tokens) => {
    const isSpecial = specialMask(tokens, specials);
    let end = 0;
    const ends = Uint32Array.from(tokens, (id, index) => (isSpecial[index] ? end : (end += lengthOf(id))));
    const text = tokenizer.decode(tokens.filter((_, index) => !isSpecial[index]));
    return { text, ends, isSpecial };
  };
}
