/**
 * @file Cuts a text at its added tokens, as Hugging Face's library does with `encode_special_tokens`.
 *
 * The longest of the strings that begin first is found, and the search goes on behind it. A special one is passed over: it
 * stays text, and so does a plain one inside or across it. The library's Node package has no such setting, so its added
 * tokens are found here and it sees the text between.
 */
import { Tokenizer as NativeTokenizer } from "tokenizers";
import type { AddedToken } from "./tokenizer-json.js";

/** A part of a text, in UTF-16 units: an added token, or the text between. */
export interface Piece {
  start: number;
  end: number;
  token?: AddedToken;
}

const SPACE = /\p{White_Space}/u;

export type Cut = (text: string) => Piece[];

/**
 * @param tokens - by the string that is looked for, which is not empty
 * @returns undefined when nothing would ever be cut: no plain tokens
 */
export function cutter(tokens: ReadonlyMap<string, AddedToken>): Cut | undefined {
  if (![...tokens.values()].some(({ special }) => !special)) return undefined;
  const longestFirst = [...tokens.keys()].sort((a, b) => b.length - a.length);
  const finder = new RegExp(
    longestFirst.map((string) => string.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"),
    "gu",
  );
  return (text) => {
    const pieces: Piece[] = [];
    let from = 0; // everything before is in a piece
    for (const { 0: string, index } of text.matchAll(finder)) {
      const token = tokens.get(string)!;
      let [start, end] = [index, index + string.length];
      if (token.special || (token.single_word && (isWordBefore(text, start) || isWordAt(text, end)))) continue;
      if (token.lstrip) {
        while (start > from && SPACE.test(text[start - 1])) start--;
        start = Math.max(start, from);
      }
      if (token.rstrip) while (end < text.length && SPACE.test(text[end])) end++;
      if (from < start) pieces.push({ start: from, end: start });
      if (start < end) pieces.push({ start, end, token }); // else the one before took it along
      from = end;
    }
    if (from < text.length) pieces.push({ start: from, end: text.length });
    return pieces;
  };
}

function isWordBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const isPair = at > 1 && text.codePointAt(at - 2)! > 0xffff;
  return isWord(text.slice(isPair ? at - 2 : at - 1, at));
}

function isWordAt(text: string, at: number): boolean {
  return at < text.length && isWord(String.fromCodePoint(text.codePointAt(at)!));
}

let whitespace: ReturnType<NativeTokenizer["getPreTokenizer"]> | undefined;

/** Whether a character is a `\w` of the library, which knows another Unicode than JavaScript. */
function isWord(character: string): boolean {
  whitespace ??= NativeTokenizer.fromString(
    JSON.stringify({
      version: "1.0",
      added_tokens: [],
      pre_tokenizer: { type: "Whitespace" }, // \w+|[^\w\s]+
      model: { type: "WordLevel", vocab: {}, unk_token: "" },
    }),
  ).getPreTokenizer();
  return whitespace!.preTokenizeString(`a${character}`)[0][0] !== "a";
}
