/** @file Tokenizers made at random whose tokens and bytes do not match up: text is normalized first. For tests; synthetic. */
import fc from "fast-check";

const BYTES = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const LETTERS = [..."▁abcdefilmnorstyABRZ.,'!éßi字日"];
const WORDS = ["▁a", "fi", "▁fi", "ab", "##a", "##b", "##s", "ſ", "mm", "ss"];

/** Longer texts, shorter ones, and ones with a space in front. */
const NORMALIZERS = [
  { type: "NFKC" },
  { type: "NFKD" },
  { type: "Lowercase" },
  { type: "Prepend", prepend: "▁" },
  { type: "Replace", pattern: { String: " " }, content: "▁" },
  { type: "Replace", pattern: { String: "a" }, content: "a fairly long text" },
  { type: "Replace", pattern: { String: "b" }, content: "" },
  { type: "Strip", strip_left: true, strip_right: false },
  { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: true, lowercase: true },
];

function added(id: number, content: string) {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

const entries = ["<unk>", "<s>", "</s>", ...BYTES, ...LETTERS, ...WORDS];
const vocab = Object.fromEntries([...new Set(entries)].map((entry, id) => [entry, id]));
const MODELS = {
  bytes: {
    type: "BPE",
    unk_token: "<unk>",
    fuse_unk: true,
    byte_fallback: true,
    vocab,
    merges: [
      ["▁", "a"],
      ["f", "i"],
    ],
  },
  unknown: { type: "BPE", unk_token: "<unk>", fuse_unk: false, byte_fallback: false, vocab, merges: [["a", "b"]] },
  pieces: {
    type: "WordPiece",
    unk_token: "<unk>",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab,
  },
  unigram: {
    type: "Unigram",
    unk_id: 0,
    byte_fallback: true,
    vocab: Object.keys(vocab).map((entry, at) => [entry, at < 3 ? 0 : -2 - (at % 7)]),
  },
};
const PRE_TOKENIZERS = [
  null,
  { type: "BertPreTokenizer" },
  { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
];

/** A tokenizer.json; its special tokens are `<unk>` 0, `<s>` 1 and `</s>` 2. */
export function normalizingTokenizer(): fc.Arbitrary<string> {
  return fc
    .record({
      normalizers: fc.array(fc.constantFrom(...NORMALIZERS), { maxLength: 3 }),
      model: fc.constantFrom(...Object.values(MODELS)),
      pre_tokenizer: fc.constantFrom(...PRE_TOKENIZERS),
    })
    .map(({ normalizers, model, pre_tokenizer }) =>
      JSON.stringify({
        version: "1.0",
        truncation: null,
        padding: null,
        added_tokens: [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")],
        normalizer: normalizers.length > 0 ? { type: "Sequence", normalizers } : null,
        pre_tokenizer: model.type === "WordPiece" ? { type: "BertPreTokenizer" } : pre_tokenizer,
        post_processor: null,
        decoder: null,
        model,
      }),
    );
}
