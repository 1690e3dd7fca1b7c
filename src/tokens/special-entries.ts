/**
 * @file Keeps text from becoming a special token by way of the model.
 *
 * A model has entries of its own for special tokens. One that looks whole words or pieces up (Unigram, WordLevel, WordPiece,
 * BPE with `ignore_merges`) finds them in text that spells them; merges of BPE may make one. The rule: an entry that is looked
 * up is taken out, and the text becomes what the model makes of text it has no entry for; one that BPE makes is written as
 * the two parts it was made of, a character as its bytes or as unknown. Where no special token comes out, no id changes.
 *
 * The token for unknown text and the bytes that unknown text falls back to are what the model writes unknown text with. They
 * stay, special or not.
 */
import { UserError } from "../base/errors.js";
import { type ModelJson, mergePair, modelVocabulary } from "./tokenizer-json.js";

export interface OrdinaryModel {
  /** The model without entries of special tokens that would be looked up. */
  model: ModelJson;
  /** Ids of special tokens that it still makes of text, and the ids to write for each. */
  spelled: ReadonlyMap<number, readonly number[]>;
}

/**
 * @param specials - strings of the special tokens
 * @throws UserError when one is a character that could be written in no other way
 */
export function ordinaryModel(model: ModelJson, specials: ReadonlySet<string>, name: string): OrdinaryModel {
  const isByte = (entry: string) => model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(entry);
  const isSpecial = (entry: string) => specials.has(entry) && !isByte(entry);
  const { vocab, merges, unk_token } = model;
  // A piece's place is its id, so it stays there as one that no text has.
  if (Array.isArray(vocab)) {
    const pieces = vocab.map(([piece, score]): [string, number] => [isSpecial(piece) ? "" : piece, score]);
    return { model: { ...model, vocab: pieces }, spelled: new Map() };
  }
  const special = Object.keys(vocab).filter(isSpecial);
  if (special.length === 0) return { model, spelled: new Map() };
  const made = merges && madeBy(model);
  const out = new Set(special.filter((entry) => !made?.has(entry) && !(merges && isCharacter(entry, model))));
  const kept = Object.entries(vocab).filter(([entry]) => !out.has(entry));
  const isUnknownOut = typeof unk_token === "string" && out.has(unk_token);
  const unknown = unreachable(model);
  if (isUnknownOut) kept.push([unknown, vocab[unk_token]]);
  const isMergeKept = (merge: Parameters<typeof mergePair>[0]) => !mergePair(merge).some((part) => out.has(part));
  const ordinary = {
    ...model,
    vocab: Object.fromEntries(kept),
    ...(isUnknownOut && { unk_token: unknown }),
    ...(merges && { merges: merges.filter(isMergeKept) }),
  };
  const left = special.filter((entry) => !out.has(entry) && entry !== unk_token);
  return { model: ordinary, spelled: spelledEntries(ordinary, left, name) };
}

/** What to write for each of the special entries that BPE makes of text. */
function spelledEntries(model: ModelJson, left: readonly string[], name: string): Map<number, number[]> {
  const made = madeBy(model);
  const ids = modelVocabulary(model);
  const spell = (entry: string): number[] => {
    const parts = made.get(entry);
    if (parts) return parts.flatMap((part) => (left.includes(part) ? spell(part) : ids.get(part)!));
    const bytes = Array.from(Buffer.from(entry), (byte) =>
      ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    );
    if (model.byte_fallback && bytes.every((id) => id !== undefined)) return bytes;
    const unknown = ids.get(model.unk_token ?? "");
    if (unknown !== undefined) return [unknown];
    throw new UserError(
      `${name} calls "${entry}" a special token, and text with this character could not be written without it. Set "special" to false for it in a copy of the file.`,
    );
  };
  return new Map(left.map((entry) => [ids.get(entry)!, spell(entry)]));
}

/** The parts that each entry is made of by the first merge that makes it. */
function madeBy(model: ModelJson): Map<string, [string, string]> {
  const prefix = model.continuing_subword_prefix?.length ?? 0;
  const made = new Map<string, [string, string]>();
  for (const merge of model.merges ?? []) {
    const [left, right] = mergePair(merge);
    const entry = left + right.slice(prefix);
    if (!made.has(entry)) made.set(entry, [left, right]);
  }
  return made;
}

/** Whether BPE begins with this entry where a word has one character: itself, behind another, at the word's end. */
function isCharacter(entry: string, { continuing_subword_prefix, end_of_word_suffix }: ModelJson): boolean {
  const starts = ["", continuing_subword_prefix ?? ""].filter((prefix) => entry.startsWith(prefix));
  const ends = ["", end_of_word_suffix ?? ""].filter((suffix) => entry.endsWith(suffix));
  return starts.some((prefix) =>
    ends.some((suffix) => [...entry.slice(prefix.length, entry.length - suffix.length)].length === 1),
  );
}

/** A name for the token of unknown text: longer than any word that WordPiece looks up. */
function unreachable({ max_input_chars_per_word: longest = 0 }: ModelJson): string {
  return "\u0000".repeat(Math.max(longest, 100) + 1);
}
