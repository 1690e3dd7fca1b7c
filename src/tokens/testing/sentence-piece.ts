/** @file A tokenizer.json of the SentencePiece kind, which the byte-level code does not read. */

/** A synthetic SentencePiece-like tokenizer: a space is "▁", unknown characters fall back to bytes. */
export function sentencePiece(): string {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const entries = ["<unk>", "<s>", ...bytes, "▁", "h", "e", "a", "r", "t", "▁h", "ea", "rt", "▁hea"];
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      { id: 1, content: "<s>", single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
      merges: [
        ["▁", "h"],
        ["e", "a"],
        ["r", "t"],
        ["▁h", "ea"],
      ],
    },
  });
}
