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
  const lengths: (number | undefined)[] = [];
  return (tokens) => {
    const isSpecial = specialMask(tokens, specials);
    const ends = new Uint32Array(tokens.length);
    let end = 0;
    for (let token = 0; token < tokens.length; token++) {
      const id = tokens[token];
      if (isSpecial[token] === 0) end += lengths[id] ??= tokenizer.decodeBytes([id]).length;
      ends[token] = end;
    }
    const text = tokenizer.decode(tokens.filter((_, token) => isSpecial[token] === 0));
    return { text, ends, isSpecial };
  };
}
