/**
 * @file Added tokens: the strings of a tokenizer.json that are tokens beside its model, and their ids.
 *
 * The ids are the file's. Hugging Face's library does not read them: a string that is in the model's vocabulary has the id it
 * has there, the others are numbered in the order listed, from the vocabulary's size on. The files it writes say the same.
 * Where a file says otherwise (gaps, another order), its own ids stand; one that contradicts itself is refused.
 */
import { UserError } from "../base/errors.js";
import { type AddedToken, type ModelJson, modelVocabulary } from "./tokenizer-json.js";

/**
 * The added tokens of a file, checked, without the empty ones, which are never found.
 *
 * @param model - of the file
 * @throws UserError when the file gives one token two ids, or one id to two tokens
 */
export function readAddedTokens(
  listed: readonly AddedToken[],
  model: Pick<ModelJson, "vocab">,
  name: string,
): AddedToken[] {
  if (listed.length === 0) return [];
  const vocabulary = modelVocabulary(model);
  const ids = new Set(listed.map(({ id }) => id));
  const entries = new Map([...vocabulary].flatMap(([entry, id]) => (ids.has(id) ? [[id, entry]] : [])));
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
