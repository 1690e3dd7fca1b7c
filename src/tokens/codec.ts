/** @file Codec: text to ordinary ids and back. Two kinds: byte-level in JavaScript, everything else in the library. */
import { UserError } from "../base/errors.js";
import { byteLevelCodec } from "./byte-level.js";
import { nativeCodec } from "./native.js";
import { ByteLevelJson } from "./tokenizer-json.js";

/** Tokens, and the UTF-8 byte offset in the text at which each ends. */
export interface Encoded {
  ids: Uint32Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/** Turns text to ids and back, without special tokens. Texts must be well formed: no lone surrogates. */
export interface Codec {
  /** One more than the highest id in use. */
  size: number;
  encode(text: string): Encoded;
  encodeIds(text: string): Uint32Array<ArrayBuffer>;
  /** The same tokens in order, in blocks of `tokens`, the last one shorter; `ends` count from the text's start. */
  encodeBlocks(text: string, tokens: number): Iterable<Encoded>;
  /** UTF-8 of consecutive ordinary tokens. */
  decode(ids: readonly number[]): Uint8Array;
}

/** Opens a tokenizer.json. @throws UserError when it is not JSON or the library refuses it. */
export function openCodec(json: string, name: string): Codec {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UserError(`The tokenizer.json of ${name} is not JSON: ${(error as Error).message}.`);
  }
  const parsed = ByteLevelJson.safeParse(value);
  return (parsed.success ? byteLevelCodec(parsed.data) : undefined) ?? nativeCodec(value, name);
}
