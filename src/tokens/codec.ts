/** @file Codec: text to ordinary ids and back. Two kinds: byte-level in JavaScript, everything else in the library. */
import { UserError } from "../base/errors.js";
import { readAddedTokens } from "./added-tokens.js";
import { byteLevelCodec } from "./byte-level.js";
import { nativeCodec } from "./native.js";
import { ordinaryModel } from "./special-entries.js";
import { ByteLevelJson, TokenizerJson } from "./tokenizer-json.js";

/** Tokens, and the UTF-8 byte offset in the text at which each ends. */
export interface Encoded {
  ids: Uint32Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/**
 * Turns text to ids and back. Texts must be well formed: no lone surrogates.
 *
 * Ids are the file's. Text that spells one of its special tokens stays text, as in Hugging Face's library with
 * `encode_special_tokens`; and where a model has an entry for one, which that setting does not see, text never finds it
 * (`special-entries.ts`). Its plain added tokens are tokens.
 */
export interface Codec {
  /** One more than the highest id in use, special tokens included. */
  size: number;
  encode(text: string): Encoded;
  encodeIds(text: string): Uint32Array<ArrayBuffer>;
  /** The same tokens in order, in blocks of `tokens`, the last one shorter; `ends` count from the text's start. */
  encodeBlocks(text: string, tokens: number): Iterable<Encoded>;
  /** UTF-8 of consecutive ordinary tokens. */
  decode(ids: readonly number[]): Uint8Array;
}

/** Opens a tokenizer.json. @throws UserError when it is not one, contradicts itself, or the library refuses it. */
export function openCodec(json: string, name: string): Codec {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UserError(`The tokenizer.json of ${name} is not JSON: ${(error as Error).message}.`);
  }
  const parsed = TokenizerJson.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    const place = path.length === 0 ? "" : `${path.join(".")}: `;
    throw new UserError(`${name} is not a tokenizer.json that can be read: ${place}${message}.`);
  }
  const file = parsed.data;
  if (file.model.dropout)
    throw new UserError(
      `${name} leaves out merges at random (dropout ${file.model.dropout}), so that a text has no one encoding. Set dropout to null in a copy of the file.`,
    );
  const tokens = readAddedTokens(file.added_tokens, file.model, name);
  const specials = new Set(tokens.filter(({ special }) => special).map(({ content }) => content));
  const ordinary = ordinaryModel(file.model, specials, name);
  const byteLevel = ByteLevelJson.safeParse({ ...file, model: ordinary.model });
  const codec = byteLevel.success ? byteLevelCodec(byteLevel.data, tokens, ordinary.spelled, name) : undefined;
  return codec ?? nativeCodec(file, tokens, ordinary, name);
}
