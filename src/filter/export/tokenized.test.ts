import { describe, expect, it } from "vitest";
import { wordTokenizer } from "./testing/synthetic-set.js";
import { tokenized } from "./tokenized.js";

describe("tokenized", () => {
  // Emoji make several tokens of few characters, so that the first guess of the length is too small.
  const texts = { none: "", short: "renal artery", dense: "🫀🧬".repeat(50_000), long: "a kidney, ".repeat(60_000) };

  it.each(Object.entries(texts))("is the encoding and end-of-text, in blocks: %s", (_name, text) => {
    const tokenizer = wordTokenizer();
    const { ids, ends } = tokenizer.encodeWithOffsets(text);
    const expected = { ids: [...ids, tokenizer.specials.endOfText], ends: [...ends, ends.at(-1) ?? 0] };
    for (const known of [undefined, ids.length + 1]) {
      const made = tokenized(tokenizer, text, known);
      expect(Array.from(made.ids)).toEqual(expected.ids);
      expect(Array.from(made.ends)).toEqual(expected.ends);
    }
  });
});
