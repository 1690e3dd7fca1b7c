/** @file The special tokens of a tokenizer as lines that a person checks against their trainer's settings. */
import type { SpecialName, SpecialsFrame } from "./specials.js";
import type { Tokenizer } from "./tokenizer.js";

export type DescribedSpecials = Pick<
  Tokenizer,
  "entries" | "vocabularySize" | "specials" | "texts" | "origins" | "note"
>;

/** End-of-text, padding, `<|hidden|>`, rows of the embedding. */
export function describeSpecials(tokenizer: DescribedSpecials): string[] {
  const { vocabularySize, entries, specials, texts, origins, note } = tokenizer;
  const token = (label: string, name: SpecialName) => {
    const origin = origins[name] === undefined ? "" : ` (${origins[name]})`;
    return `${label}: ${specials[name]} ${JSON.stringify(texts[name])}${origin}`;
  };
  return [
    token("eos", "endOfText"),
    token("pad", "pad"),
    token("hidden", "hidden"),
    `rows of the embedding: ${vocabularySize}, of which the tokenizer's own are ${entries}`,
    ...(note === undefined ? [] : [note]),
  ];
}

/** What the tokenizer itself would put around a text, in words; empty where that is nothing. */
export function describeFrame({ text, isAdded, origin }: SpecialsFrame): string {
  if (text === "") return "";
  return isAdded
    ? `the tokenizer itself adds ${text} (${origin})`
    : `the tokenizer itself adds none; --bos yes adds ${text} (${origin})`;
}
