/**
 * @file Whether a model's texts begin with BOS, and which token that is.
 *
 * A model trained with BOS on every text (Gemma, Llama 3) has states of another kind altogether without it; one trained
 * without (GPT-2, Pythia) should not be given one. What decides, in this order: the caller; `add_bos_token` of
 * tokenizer_config.json; the post-processor of tokenizer.json, where Llama 3 says it (SmolLM2, a Llama too, has none and
 * begins without); what the architecture usually does.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import { specialsAddedBy } from "../tokens/post-processor.js";
import type { ModelConfig } from "./config.js";

export interface BeginOfText {
  /** Its id, or undefined when texts begin without one. */
  id: number | undefined;
  /** Who said so: a file's name, "the caller" or "the architecture". */
  from: string;
}

const TokenText = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfig = z.looseObject({ add_bos_token: z.boolean().nullish(), bos_token: TokenText });
const TokenizerJson = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

/** @param asked - a token id, or false for none. @throws UserError when BOS is needed and nothing names its id */
export function beginOfText(directory: string, config: ModelConfig, asked?: number | false): BeginOfText {
  if (asked !== undefined) return { id: asked === false ? undefined : asked, from: "the caller" };
  const settings = readIfThere(join(directory, "tokenizer_config.json"), TokenizerConfig);
  const tokenizer = readIfThere(join(directory, "tokenizer.json"), TokenizerJson);
  const first = tokenizer && specialsAddedBy(tokenizer, join(directory, "tokenizer.json")).before[0];
  const named = typeof settings?.bos_token === "object" ? settings.bos_token?.content : settings?.bos_token;
  const [begins, from]: [boolean, string] =
    typeof settings?.add_bos_token === "boolean"
      ? [settings.add_bos_token, "tokenizer_config.json"]
      : tokenizer
        ? [first !== undefined, "tokenizer.json"]
        : [config.architecture.beginsWithBos, "the architecture"];
  if (!begins) return { id: undefined, from };
  const id = first ?? tokenizer?.added_tokens.find(({ content }) => content === named)?.id ?? config.bosId;
  if (id === undefined)
    throw new UserError(`${directory} begins texts with BOS (${from}) but names no bos_token_id. Give its id.`);
  return { id, from };
}

function readIfThere<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> | undefined {
  return existsSync(path) ? readJson(path, schema) : undefined;
}
