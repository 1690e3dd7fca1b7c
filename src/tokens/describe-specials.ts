/** @file The special tokens of a tokenizer as lines that a person checks against their trainer's settings. */
import type { SpecialName } from "./specials.js";
import type { Tokenizer } from "./tokenizer.js";

type Described = Pick<Tokenizer, "entries" | "vocabularySize" | "specials" | "texts" | "origins" | "frame">;

/** End-of-text, padding, `<|hidden|>`, rows of the embedding, and what the tokenizer itself would put around a text. */
export function describeSpecials(tokenizer: Described): string[] {
  const { vocabularySize, entries, frame } = tokenizer;
  const token = (label: string, name: SpecialName) => {
    const { specials, texts, origins } = tokenizer;
    return `${label}: ${specials[name]} ${JSON.stringify(texts[name])}${origins[name] === undefined ? "" : ` (${origins[name]})`}`;
  };
  const does = frame.isAdded ? "adds" : "could add";
  return [
    token("eos", "endOfText"),
    token("pad", "pad"),
    token("hidden", "hidden"),
    `rows of the embedding: ${vocabularySize}, of which the tokenizer's own are ${entries}`,
    ...(frame.text === "" ? [] : [`the tokenizer itself ${does} ${frame.text} (${frame.origin})`]),
  ];
}
