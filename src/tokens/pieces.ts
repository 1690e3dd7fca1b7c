/**
 * @file Pieces: the entries of a tokenizer.json by text and by id, and those that only the files beside it list.
 *
 * Which tokens mean what is said in other files (`own-files.ts`); which of them lacuna uses is decided in
 * `own-specials.ts`.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";
import { modelEntries } from "./tokenizer-json.js";

const Id = z.int().nonnegative();
const Added = z.looseObject({ id: Id, content: z.string(), special: z.boolean().default(false) });
export type AddedToken = z.output<typeof Added>;

/** The part of a tokenizer.json that says which entries there are. */
export const PiecesJson = z.looseObject({
  added_tokens: z.array(Added).default([]),
  padding: z.looseObject({ pad_id: Id }).nullish(),
  model: z.looseObject({ vocab: z.union([z.record(z.string(), Id), z.array(z.tuple([z.string(), z.number()]))]) }),
});

export interface Pieces {
  /** One more than the highest id. */
  size: number;
  idOf(text: string): number | undefined;
  textOf(id: number): string | undefined;
  /** How the file lists a token beside its vocabulary; undefined for entries of the vocabulary alone. */
  addedOf(id: number): AddedToken | undefined;
  /** All of these. */
  added: readonly AddedToken[];
}

/** @param more - added tokens that other files list, as id and content @throws UserError when it is no tokenizer.json */
export function piecesOf(value: unknown, name: string, more: readonly AddedToken[] = []): Pieces {
  const parsed = PiecesJson.safeParse(value);
  if (!parsed.success) throw new UserError(`${name} is not a tokenizer.json: ${z.prettifyError(parsed.error)}`);
  const { model, added_tokens } = parsed.data;
  const vocabulary = modelEntries(model);
  const listed = new Set(added_tokens.flatMap(({ id, content }) => [id, content]));
  const added = [...added_tokens, ...more.filter(({ id, content }) => !listed.has(id) && !listed.has(content))];
  const ids = new Map(vocabulary);
  const texts = new Map(vocabulary.map(([text, id]) => [id, text]));
  for (const { id, content } of added) {
    ids.set(content, id);
    texts.set(id, content);
  }
  const byId = new Map(added.map((token) => [token.id, token]));
  let size = 0;
  for (const id of texts.keys()) size = Math.max(size, id + 1);
  return {
    size,
    idOf: (text) => ids.get(text),
    textOf: (id) => texts.get(id),
    addedOf: (id) => byId.get(id),
    added,
  };
}

/**
 * A tokenizer.json in which these tokens are special, so that no text becomes one of them; the same text where they are.
 * @param texts - by id
 */
export function withSpecials(json: string, texts: ReadonlyMap<number, string>): string {
  if (texts.size === 0) return json;
  const value = JSON.parse(json);
  const parsed = PiecesJson.safeParse(value);
  if (!parsed.success) return json;
  const { added_tokens } = parsed.data;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const known = new Set(added_tokens.map(({ id }) => id));
  const missing = [...texts].filter(([id]) => !known.has(id)).sort(([a], [b]) => a - b);
  if (missing.length === 0 && added_tokens.every(({ id, special }) => special || !texts.has(id))) return json;
  const listed = added_tokens.map((token) => (texts.has(token.id) ? { ...token, special: true } : token));
  return JSON.stringify({
    ...value,
    added_tokens: [...listed, ...missing.map(([id, content]) => ({ id, content, ...flags }))],
  });
}
