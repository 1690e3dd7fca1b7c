/** @file A model directory of any kind Lacuna reads, and the tokenizer in it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson, readText } from "../base/files.js";
import { openCodec } from "../tokens/codec.js";
import { documentTokens, loadTokenizer } from "../tokens/index.js";
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

/** Text to the token ids its model reads, BOS left out (the model adds it), end-of-text added where ours has it. */
export function openTextEncoder(directory: string): (text: string) => Uint32Array {
  if (isOurs(directory)) {
    const tokenizer = loadTokenizer(directory);
    return (text) => documentTokens(tokenizer, text);
  }
  const path = join(directory, "tokenizer.json");
  if (!existsSync(path))
    throw new UserError(`${directory} has no tokenizer.json. Put the model's own beside its weights.`);
  const codec = openCodec(readText(path), path);
  return (text) => codec.encodeIds(Buffer.from(text).toString());
}
