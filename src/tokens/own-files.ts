/**
 * @file What the files beside a tokenizer.json say of it: which tokens end, pad and begin a text, how many rows its model has.
 *
 * transformers asks tokenizer_config.json first, then special_tokens_map.json; generation_config.json and config.json are
 * the model's and name ids.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readJson } from "../base/files.js";
import type { AddedToken } from "./pieces.js";

const Token = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const Tokens = z.looseObject({ eos_token: Token, pad_token: Token, bos_token: Token });
const TokenizerConfig = Tokens.extend({
  add_bos_token: z.boolean().nullish(),
  added_tokens_decoder: z
    .record(z.string(), z.looseObject({ content: z.string(), special: z.boolean().default(false) }))
    .nullish(),
});
const Ids = z
  .union([z.int().transform((id) => [id]), z.array(z.int())])
  .nullish()
  .transform((ids) => (ids ?? []).filter((id) => id >= 0));
const Generation = z.looseObject({ eos_token_id: Ids, pad_token_id: Ids, bos_token_id: Ids });
const Model = Generation.extend({
  vocab_size: z.int().positive().nullish(),
  text_config: z.looseObject({ vocab_size: z.int().positive().nullish() }).nullish(),
});

const FILES = ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"] as const;

export type Role = "eos" | "pad" | "bos";

/** A token that a file names, by its text or its id. */
export interface Named {
  file: string;
  token: string | number;
}

export interface OwnFiles {
  /** In the order in which they count. */
  named: Record<Role, Named[]>;
  /** Whether the tokenizer begins texts with beginning-of-text, where tokenizer_config.json says it. */
  addsBos: boolean | undefined;
  /** Rows of the model's embedding. */
  rows: number | undefined;
  /** Tokens that tokenizer_config.json lists. */
  added: AddedToken[];
}

/** The files that are there, of those that are read. */
export function filesBeside(tokenizerJson: string): string[] {
  return FILES.map((name) => join(dirname(tokenizerJson), name)).filter((path) => existsSync(path));
}

/** Reads them. @throws UserError when one is not as expected */
export function readBeside(tokenizerJson: string): OwnFiles {
  const at = (name: (typeof FILES)[number]) => join(dirname(tokenizerJson), name);
  const read = <Schema extends z.ZodType>(name: (typeof FILES)[number], schema: Schema) =>
    existsSync(at(name)) ? readJson(at(name), schema) : undefined;
  const config = read("tokenizer_config.json", TokenizerConfig);
  const map = read("special_tokens_map.json", Tokens);
  const generation = read("generation_config.json", Generation);
  const model = read("config.json", Model);
  const namesOf = (role: Role): Named[] => [
    ...[config, map].flatMap((file, at) => {
      const token = file?.[`${role}_token`];
      return typeof token === "string" ? [{ file: FILES[at], token }] : [];
    }),
    ...[generation, model].flatMap((file, at) => {
      const ids = file?.[`${role}_token_id`] ?? [];
      return ids.length > 0 ? [{ file: FILES[at + 2], token: ids[0] }] : [];
    }),
  ];
  return {
    named: { eos: namesOf("eos"), pad: namesOf("pad"), bos: namesOf("bos") },
    addsBos: config?.add_bos_token ?? undefined,
    rows: model?.vocab_size ?? model?.text_config?.vocab_size ?? undefined,
    added: Object.entries(config?.added_tokens_decoder ?? {}).map(([id, token]) => ({ ...token, id: Number(id) })),
  };
}

/** Nothing beside it. */
export const NO_FILES: OwnFiles = {
  named: { eos: [], pad: [], bos: [] },
  addsBos: undefined,
  rows: undefined,
  added: [],
};
