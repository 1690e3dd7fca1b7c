/** @file A model directory of any kind Lacuna reads, and the tokenizer in it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, readText } from "../base/files.js";
import { openCodec } from "../tokens/codec.js";
import { documentEnds, documentTokens, loadTokenizer } from "../tokens/index.js";
import { openOwnModel } from "./own.js";
import { type HookedModel, type OpenModelOptions, openHfModel } from "./reader.js";

const Kind = z.looseObject({ model_type: z.string().optional() });

function isOurs(directory: string): boolean {
  const path = join(directory, "config.json");
  return existsSync(path) && readJson(path, Kind).model_type === "lacuna";
}

/** Opens a model of ours or a Hugging Face directory. @throws UserError naming what is missing or not supported */
export function openModel(directory: string, options: OpenModelOptions = {}): Promise<HookedModel> {
  return isOurs(directory) ? openOwnModel(directory, options) : openHfModel(directory, options);
}

/** A model's own tokenizer. */
export interface TextCodec {
  /**
   * The tokens the model reads, BOS left out (the model adds it), end-of-text added where ours has it, and the UTF-8 byte
   * of the text at which each ends.
   */
  encode(text: string): { ids: Uint32Array; ends: Uint32Array };
  /** Text of tokens from the middle of a text: what stands between words is kept. */
  decode(ids: Uint32Array): string;
  /** Tokens that stand for no text. */
  specials: ReadonlySet<number>;
}

/** Opens the tokenizer in a model directory. @throws UserError when there is none */
export function openTextCodec(directory: string): TextCodec {
  if (isOurs(directory)) {
    const tokenizer = loadTokenizer(directory);
    return {
      encode(text) {
        const ids = documentTokens(tokenizer, text);
        return { ids, ends: documentEnds(tokenizer, text, ids.length) };
      },
      decode: (ids) => tokenizer.decode(ids),
      specials: new Set(Object.values(tokenizer.specials)),
    };
  }
  const path = join(directory, "tokenizer.json");
  if (!existsSync(path))
    throw new UserError(`${directory} has no tokenizer.json. Put the model's own beside its weights.`);
  const codec = openCodec(readText(path), path);
  // SentencePiece decoders drop the space a text begins with: what is decoded stands behind a letter, which goes again.
  const before = [...codec.encodeIds("a")];
  const skip = codec.decode(before).length;
  return {
    encode: (text) => codec.encode(Buffer.from(text).toString()),
    decode: (ids) => new TextDecoder().decode(codec.decode([...before, ...ids]).subarray(skip)),
    specials: new Set(),
  };
}

/** Text to the token ids its model reads, as `openTextCodec` has it. */
export function openTextEncoder(directory: string): (text: string) => Uint32Array {
  const { encode } = openTextCodec(directory);
  return (text) => encode(text).ids;
}
