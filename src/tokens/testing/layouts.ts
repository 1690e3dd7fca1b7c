/**
 * @file tokenizer.json files made at random, with texts of many scripts: the four models, added tokens of every kind and
 * place, many normalizers and pre-tokenizers. Synthetic; a seed gives the same file always.
 */
import { type Random, random } from "../../base/random.js";
import { BYTE_CHARACTERS, entryOf } from "../byte-alphabet.js";

export interface Layout {
  file: LayoutFile;
  texts: string[];
}

export interface LayoutFile {
  version: "1.0";
  truncation: unknown;
  padding: unknown;
  added_tokens: LayoutToken[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: { type: string; vocab: Record<string, number> | [string, number][] } & Record<string, unknown>;
}

export type LayoutToken = { id: number; content: string } & Record<(typeof FLAGS)[number], boolean>;

const FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"] as const;
const WORDS = [
  ...["the", "heart", "Heart", "HEART", "naïve", "İstanbul", "straße", "ﬁne", "don't", "WE'LL", "x1y2", "under_score"],
  ...["καρδιά", "ΟΔΟΣ", "сердце", "心臓病", "心", "日本語", "한국어", "قلب", "हृदय", "หัวใจ", "e\u0301", "n\u0303o", "Å"],
  ...[
    "👩‍👩‍👧‍👦",
    "🫀",
    "🇨🇭",
    "👍🏽",
    "12345",
    "٣٤",
    "²Ⅷ",
    "3.14",
    "€5",
    "a-b",
    "(c)",
    "«d»",
    "...",
    "!",
    "?",
    "、",
    "\u{323b0}",
    "\u0895",
  ],
];
const SPACES = [
  " ",
  " ",
  " ",
  " ",
  "",
  "  ",
  "\n",
  "\n\n",
  "\t",
  "\r\n",
  "\u00a0",
  "\u3000",
  "\u2028",
  "\u0085",
  "\u200b",
  "\ufeff",
];
/** Strings of added tokens: plain ones inside, across and beside special ones, white space, words, other scripts. */
const STRINGS = [
  ...[
    "<s>",
    "</s>",
    "<pad>",
    "<unk>",
    "[MASK]",
    "[CLS]",
    "<|endoftext|>",
    "<|im_start|>",
    "|||IP|||",
    "<|",
    "|>",
    "s>",
  ],
  ...[
    "<x>",
    "<x><y>",
    "y><",
    "> <",
    "  ",
    "\n\n",
    "the",
    "he",
    "foo",
    "Heart",
    "é",
    "e\u0301",
    "心",
    "病",
    "قلب",
    "🫀",
    "▁the",
  ],
  ...[" a", "12", "<0x41>", "ß", "SS", "\u00a0", "[", "a.b*", "Ｆ"],
];
const PATTERNS = [
  ...[String.raw`\d{1,3}|[^\d]+`, String.raw`\w+|\W`, String.raw`\b`, "^.|.$", "[[:alpha:]]++| ?[^ ]", "(?>a|ab)"],
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
];

/** Draws with the words that makers of random things use. */
function dice(draw: Random) {
  const pick = <T>(from: readonly T[]): T => from[draw.integer(from.length)];
  const maybe = (share: number) => draw.uniform() < share;
  const some = <T>(from: readonly T[], most: number): T[] =>
    [...draw.permutation(from.length)].slice(0, draw.integer(most + 1)).map((index) => from[index]);
  const shuffled = <T>(from: readonly T[]): T[] => [...draw.permutation(from.length)].map((index) => from[index]);
  return { pick, maybe, some, shuffled, integer: draw.integer, uniform: draw.uniform };
}
type Dice = ReturnType<typeof dice>;

export function randomLayout(seed: number): Layout {
  const of = dice(random(seed, "synthetic:layout"));
  const strings = of.some(STRINGS, 9);
  const texts = Array.from({ length: 5 }, () => randomLayoutText(of, strings));
  const kind = of.pick(["bytes", "bytes", "BPE", "BPE", "Unigram", "WordPiece", "WordLevel"] as const);
  const inside = strings.filter(() => of.maybe(0.5));
  const { model, first } = kind === "Unigram" ? unigram(of, inside) : lookedUp(of, kind, inside);
  const added_tokens = addedTokens(of, strings, model.vocab, first);
  const known = added_tokens[0];
  const template = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "t", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
    special_tokens: { t: { id: "t", ids: [known?.id ?? 0], tokens: ["t"] } },
  };
  const file: LayoutFile = {
    version: "1.0",
    truncation: of.maybe(0.2) ? { direction: "Right", max_length: 3, strategy: "LongestFirst", stride: 0 } : null,
    padding: null,
    added_tokens,
    normalizer: kind === "bytes" && of.maybe(0.7) ? null : normalizer(of),
    pre_tokenizer: kind === "bytes" ? bytesPreTokenizer(of) : preTokenizer(of),
    post_processor: of.maybe(0.3) ? template : null,
    decoder:
      kind === "bytes" ? { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true } : null,
    model,
  };
  return { file, texts };
}

function randomLayoutText(of: Dice, strings: readonly string[]): string {
  const parts = Array.from({ length: of.integer(14) }, () => {
    const part = strings.length > 0 && of.maybe(0.35) ? of.pick(strings) : of.pick(of.maybe(0.1) ? STRINGS : WORDS);
    return part + (of.maybe(0.7) ? of.pick(SPACES) : "");
  });
  return (of.maybe(0.2) ? of.pick(SPACES) : "") + parts.join("");
}

/** Added tokens with ids of their own behind the vocabulary, where it does not have them; in any order. */
function addedTokens(of: Dice, strings: readonly string[], vocab: LayoutFile["model"]["vocab"], first: number) {
  const ids = new Map(Array.isArray(vocab) ? vocab.map(([piece], id) => [piece, id]) : Object.entries(vocab));
  let next = first;
  const isGapped = of.maybe(0.1);
  const tokens = strings.map((content): LayoutToken => {
    if (isGapped) next += of.integer(3);
    const id = ids.get(content) ?? next++;
    const flags = { single_word: of.maybe(0.2), lstrip: of.maybe(0.2), rstrip: of.maybe(0.2) };
    return {
      id,
      content,
      ...flags,
      normalized: of.maybe(0.3),
      special: of.maybe([...content].length === 1 ? 0.05 : 0.5),
    };
  });
  return of.maybe(0.5) ? of.shuffled(tokens) : tokens;
}

/** A vocabulary in which given entries have places at the beginning, at the end or in between. */
function numbered(of: Dice, entries: readonly string[], inside: readonly string[]): Record<string, number> {
  const rest = entries.filter((entry) => !inside.includes(entry));
  const at = of.pick([0, rest.length, of.integer(rest.length + 1)]);
  const all = [...rest.slice(0, at), ...inside, ...rest.slice(at)];
  return Object.fromEntries(all.map((entry, id) => [entry, id]));
}

const characters = [...new Set(WORDS.concat(SPACES, STRINGS, "▁").flatMap((word) => [...word]))];
const BYTE_ENTRIES = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
/** A part of a word. */
const slice = (of: Dice, word: string) => {
  const points = [...word];
  const start = of.integer(points.length);
  return points.slice(start, start + 1 + of.integer(4)).join("");
};

function lookedUp(of: Dice, kind: "bytes" | "BPE" | "WordPiece" | "WordLevel", inside: readonly string[]) {
  if (kind === "bytes" || kind === "BPE") return bpe(of, kind === "bytes", inside);
  const unknown = of.pick(["<unk>", "[UNK]"]);
  const words = of.some(WORDS.concat(STRINGS), 40);
  const own =
    kind === "WordLevel"
      ? words
      : [...of.some(characters, 60), ...of.some(characters, 60).map((c) => `##${c}`), ...words].concat(
          Array.from({ length: 60 }, () => (of.maybe(0.5) ? "##" : "") + slice(of, of.pick(WORDS.concat(STRINGS)))),
        );
  const vocab = numbered(of, [...new Set([unknown, ...own])], [...new Set(inside)]);
  const settings =
    kind === "WordPiece" ? { continuing_subword_prefix: "##", max_input_chars_per_word: of.pick([100, 8]) } : {};
  return { model: { type: kind, vocab, unk_token: unknown, ...settings }, first: Object.keys(vocab).length };
}

function bpe(of: Dice, isByteLevel: boolean, inside: readonly string[]) {
  const fallback = !isByteLevel && of.maybe(0.5);
  const unknown = isByteLevel || of.maybe(0.3) ? null : "<unk>";
  const prefix = !isByteLevel && of.maybe(0.15) ? "##" : null;
  const suffix = !isByteLevel && of.maybe(0.15) ? "</w>" : null;
  const atoms = isByteLevel ? [...BYTE_CHARACTERS] : of.some(characters, characters.length);
  const known = new Set(
    atoms.flatMap((atom) => [
      ...[atom, ...(prefix ? [prefix + atom] : []), ...(suffix ? [atom + suffix] : [])],
      ...(prefix && suffix ? [prefix + atom + suffix] : []),
    ]),
  );
  const merges: [string, string][] = [];
  const spelled = (word: string) => {
    const points = isByteLevel ? [...entryOf(Buffer.from(word))] : [...word.replaceAll(" ", "▁")];
    const parts = points.map((point, at) => {
      const start = at > 0 && prefix ? prefix : "";
      return start + point + (at === points.length - 1 && suffix ? suffix : "");
    });
    for (const [left, right] of merges)
      for (let at = 0; at + 1 < parts.length; at++)
        if (parts[at] === left && parts[at + 1] === right) parts.splice(at, 2, left + right.slice(prefix?.length ?? 0));
    return parts;
  };
  // Few merges spell an added token: BPE's special tokens are hardly ever learnt.
  const sources = of.maybe(0.2) ? WORDS.concat(STRINGS) : WORDS;
  for (let trial = 0; trial < 80; trial++) {
    const parts = spelled((of.maybe(0.5) ? " " : "") + of.pick(sources));
    const at = of.integer(Math.max(1, parts.length - 1));
    if (at + 1 >= parts.length || !known.has(parts[at]) || !known.has(parts[at + 1])) continue;
    merges.push([parts[at], parts[at + 1]]);
    known.add(parts[at] + parts[at + 1].slice(prefix?.length ?? 0));
  }
  const entries = [...(unknown ? [unknown] : []), ...(fallback ? BYTE_ENTRIES : []), ...known];
  const vocab = numbered(
    of,
    [...new Set(entries)],
    inside.filter((string) => !known.has(string)),
  );
  const model = {
    ...{ type: "BPE", dropout: of.pick([null, 0]), unk_token: unknown, continuing_subword_prefix: prefix },
    ...{ end_of_word_suffix: suffix, fuse_unk: of.maybe(0.5), byte_fallback: fallback, ignore_merges: of.maybe(0.3) },
    ...{ vocab, merges },
  };
  return { model, first: Object.keys(vocab).length };
}

function unigram(of: Dice, inside: readonly string[]) {
  const fallback = of.maybe(0.4);
  const own = [...of.some(characters, characters.length), ...of.some(WORDS.concat(STRINGS), 20)].concat(
    Array.from({ length: 60 }, () => (of.maybe(0.3) ? "▁" : "") + slice(of, of.pick(WORDS.concat(STRINGS)))),
  );
  const ids = numbered(of, [...new Set(["<unk>", ...(fallback ? BYTE_ENTRIES : []), ...own])], [...new Set(inside)]);
  const vocab = Object.keys(ids)
    .sort((a, b) => ids[a] - ids[b])
    .map((piece): [string, number] => [piece, inside.includes(piece) ? 0 : -12 * of.uniform()]);
  const model = { type: "Unigram", vocab, unk_id: of.maybe(0.05) ? null : ids["<unk>"], byte_fallback: fallback };
  return { model, first: vocab.length };
}

function normalizer(of: Dice): unknown {
  const plain = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"].map((type) => ({ type }));
  const bert = { clean_text: of.maybe(0.5), handle_chinese_chars: of.maybe(0.5), strip_accents: of.pick([null, true]) };
  const one = () =>
    of.pick([
      ...plain,
      { type: "Strip", strip_left: of.maybe(0.5), strip_right: of.maybe(0.5) },
      { type: "Prepend", prepend: "▁" },
      { type: "Replace", pattern: { String: " " }, content: "▁" },
      { type: "Replace", pattern: { Regex: String.raw`\s{2,}` }, content: " " },
      { type: "BertNormalizer", ...bert, lowercase: of.maybe(0.5) },
    ]);
  const llama = [
    { type: "Prepend", prepend: "▁" },
    { type: "Replace", pattern: { String: " " }, content: "▁" },
  ];
  return of.pick([
    null,
    one(),
    { type: "Sequence", normalizers: llama },
    { type: "Sequence", normalizers: [one(), one()] },
  ]);
}

function bytesPreTokenizer(of: Dice): unknown {
  const bytes = { type: "ByteLevel", add_prefix_space: of.maybe(0.2), trim_offsets: true };
  const split = () => ({ type: "Split", pattern: { Regex: of.pick(PATTERNS) }, behavior: "Isolated", invert: false });
  const first = of.pick([[split()], [split()], [split(), split()], [{ type: "Digits", individual_digits: true }]]);
  return of.pick([
    { ...bytes, use_regex: true },
    { type: "Sequence", pretokenizers: [...first, { ...bytes, use_regex: false }] },
  ]);
}

function preTokenizer(of: Dice): unknown {
  const behavior = of.pick(["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]);
  const pattern = of.maybe(0.3) ? { String: " " } : { Regex: of.pick(PATTERNS) };
  const scheme = of.pick(["always", "first", "first", "never"]);
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split: of.maybe(0.7) };
  const one = () =>
    of.pick([
      ...["Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts"].map((type) => ({ type })),
      { type: "Punctuation", behavior },
      { type: "Digits", individual_digits: of.maybe(0.5) },
      { type: "Split", pattern, behavior, invert: of.maybe(0.3) },
      metaspace,
    ]);
  return of.pick([null, one(), metaspace, one(), { type: "Sequence", pretokenizers: [one(), one()] }]);
}
