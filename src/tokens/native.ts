/**
 * @file Any other tokenizer.json (SentencePiece, WordPiece, normalised text) through the native library.
 *
 * Texts are cut at the file's added tokens here (`added-pieces.ts`), which have the file's ids; the library encodes the text
 * between them, with a model in which nothing is special (`special-entries.ts`). Slower than byte-level. Decoding is what the
 * file's decoder makes of it: not every kind round-trips.
 */
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { UserError } from "../base/errors.js";
import { entryBytes } from "./byte-alphabet.js";
import type { Codec, Encoded } from "./codec.js";
import type { Reply } from "./library-thread.js";
import { openLibrary } from "./native-parts.js";
import type { OrdinaryModel } from "./special-entries.js";
import { type AddedToken, modelVocabulary, type TokenizerJson } from "./tokenizer-json.js";

/**
 * @param tokens - the file's added tokens
 * @param ordinary - the file's model, in which nothing is special
 * @throws UserError when the library cannot read the file
 */
export function nativeCodec(
  file: TokenizerJson,
  tokens: readonly AddedToken[],
  ordinary: OrdinaryModel,
  name: string,
): Codec {
  let native: NativeTokenizer;
  try {
    const settings = { post_processor: null, truncation: null, padding: null };
    native = NativeTokenizer.fromString(JSON.stringify({ ...file, ...settings }));
  } catch (error) {
    throw new UserError(`The tokenizer library cannot read ${name}: ${(error as Error).message}.`);
  }
  const encodeAll = openLibrary(file, tokens, ordinary, native.getNormalizer(), name);
  const strings = new Map(Array.from(modelVocabulary(file.model), ([entry, id]) => [id, entry]));
  for (const { id, content } of tokens) strings.set(id, content);
  const encode = (text: string): Encoded => {
    const all = encodeAll(text);
    return { ids: Uint32Array.from(all.ids), ends: byteEnds(text, all) };
  };
  return {
    size: [...strings.keys()].reduce((highest, id) => Math.max(highest, id), -1) + 1,
    encode,
    encodeIds: (text) => encode(text).ids,
    *encodeBlocks(text, block) {
      const { ids, ends } = encode(text); // the library knows whole texts only
      for (let at = 0; at < ids.length; at += block)
        yield { ids: ids.slice(at, at + block), ends: ends.slice(at, at + block) };
    },
    decode(list) {
      const entries = list.flatMap((id) => strings.get(id) ?? []);
      return Buffer.from(native.getDecoder()?.decode(entries) ?? entries.join(""));
    },
  };
}

/**
 * Code points to UTF-8 bytes. Tokens that share one character (byte fallback, split emoji) take it byte by byte; what
 * the tokenizer dropped (white space) belongs to the token after it, at the end to the last.
 */
function byteEnds(text: string, { tokens, offsets }: Reply): Uint32Array<ArrayBuffer> {
  const bytesBefore = [0];
  for (const character of text) bytesBefore.push(bytesBefore.at(-1)! + Buffer.byteLength(character));
  let previous = 0;
  const ends = Uint32Array.from(offsets, ([, end], index) => {
    const shared = index + 1 < offsets.length && offsets[index + 1][0] < end;
    const own = /^<0x[0-9A-F]{2}>$/.test(tokens[index]) ? 1 : (entryBytes(tokens[index])?.length ?? 0);
    previous = Math.max(previous, shared ? Math.min(bytesBefore[end], previous + own) : bytesBefore[end]);
    return previous;
  });
  if (ends.length > 0) ends[ends.length - 1] = bytesBefore.at(-1)!;
  return ends;
}
