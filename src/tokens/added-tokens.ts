/**
 * @file Added tokens: the strings of a tokenizer.json that are tokens beside its model, and their ids.
 *
 * The ids are the file's. Hugging Face's library does not read them: a string that is in the model's vocabulary has the id it
 * has there, the others are numbered in the order listed, from the vocabulary's size on. The files it writes say the same.
 * Where a file says otherwise (gaps, another order), its own ids stand; one that contradicts itself is refused.
 */
import { z } from "zod";
import { UserError } from "../base/errors.js";

export const AddedToken = z.object({
  id: z.int().nonnegative(),
  content: z.string(),
  /** Not beside letters, digits and the like. */
  single_word: z.boolean().default(false),
  /** Takes the white space before it along. */
  lstrip: z.boolean().default(false),
  /** Takes the white space after it along. */
  rstrip: z.boolean().default(false),
  /** Looked for, itself normalized, in the normalized text; the others are looked for in the text before. */
  normalized: z.boolean().default(false),
  /** Text that spells it stays text. */
  special: z.boolean().default(false),
});
export type AddedToken = z.infer<typeof AddedToken>;

/**
 * The added tokens of a file, checked, without the empty ones, which are never found.
 *
 * @param vocabulary - ids of the model's entries
 * @throws UserError when the file gives one token two ids, or one id to two tokens
 */
export function readAddedTokens(
  listed: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  name: string,
): AddedToken[] {
  const entries = new Map(Array.from(vocabulary, ([entry, id]) => [id, entry]));
  const known = new Map<string, AddedToken>();
  for (const token of listed) {
    const { id, content } = token;
    const own = vocabulary.get(content) ?? known.get(content)?.id ?? id;
    if (own !== id) throw contradiction(name, `"${content}" the ids ${own} and ${id}`);
    const other = entries.get(id) ?? content;
    if (other !== content) throw contradiction(name, `id ${id} to "${other}" and to "${content}"`);
    const before = known.get(content);
    if (before && before.special !== token.special)
      throw contradiction(name, `"${content}" twice, once as special and once not`);
    entries.set(id, content);
    if (content !== "") known.set(content, token);
  }
  return [...known.values()];
}

function contradiction(name: string, what: string): UserError {
  return new UserError(`${name} contradicts itself: it gives ${what}. Mend its added_tokens.`);
}
