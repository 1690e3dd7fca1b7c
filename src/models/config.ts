/**
 * @file config.json of a Hugging Face directory: which architecture it is, and whether Lacuna runs it.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { readJson } from "../base/files.js";
import type { Architecture } from "./architecture.js";
import { gemma2 } from "./gemma2.js";
import { gptNeoX } from "./gpt-neox.js";
import { gpt2 } from "./gpt2.js";
import { llama } from "./llama.js";

/** By `model_type`. @throws UserError of zod's making is turned into one by readArchitecture */
const ARCHITECTURES: Record<string, (config: Record<string, unknown>) => Architecture> = {
  gemma2,
  llama,
  gpt2,
  gpt_neox: gptNeoX,
};

/** A configuration is a page of JSON. */
const MAX_CONFIG_BYTES = 1 << 20;
const Config = z.looseObject({
  model_type: z.string(),
  bos_token_id: z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish(),
});

export interface ModelConfig {
  architecture: Architecture;
  /** Beginning of text, where config.json gives it. */
  bosId: number | undefined;
}

/** Reads config.json. @throws UserError naming the field that is missing, wrong or not supported */
export function readArchitecture(directory: string): ModelConfig {
  const path = join(directory, "config.json");
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new UserError(`${directory} is not a model: it has no config.json. Check the path.`);
  if (size > MAX_CONFIG_BYTES) throw new UserError(`${path} has ${size} bytes; that is no configuration.`);
  const config = readJson(path, Config);
  const make = Object.hasOwn(ARCHITECTURES, config.model_type) ? ARCHITECTURES[config.model_type] : undefined;
  if (!make)
    throw new UserError(
      `${path} is of model_type "${config.model_type}"; Lacuna runs ${Object.keys(ARCHITECTURES).join(", ")}.`,
    );
  try {
    const bos = config.bos_token_id;
    return { architecture: make(config), bosId: (Array.isArray(bos) ? bos[0] : bos) ?? undefined };
  } catch (error) {
    if (error instanceof z.ZodError) throw new UserError(`${path} is not as expected:\n${z.prettifyError(error)}`);
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`);
    throw error;
  }
}
