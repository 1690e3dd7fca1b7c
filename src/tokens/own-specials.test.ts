import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { temporaryFolder } from "../testing/folder.js";
import { BYTE_CHARACTERS } from "./byte-alphabet.js";
import { describeSpecials } from "./describe-specials.js";
import { readBeside } from "./own-files.js";
import { ownSpecials, type Told } from "./own-specials.js";
import { SPECIAL_NAMES, type SpecialName, unsayableIds } from "./specials.js";
import { emptyDocuments, tokenizerStage } from "./stages.js";
import { tokenizeCorpus } from "./tokenize.js";
import { createTokenizer, loadTokenizer } from "./tokenizer.js";
import { writeByteLevelJson } from "./tokenizer-json.js";

const cases = join(import.meta.dirname, "..", "testing", "cases");
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

/** A tokenizer.json of bytes (ids 0 to 255) with added tokens from 256 on; other fields as given. */
function bytesAnd(
  added: (string | { content: string; id?: number; special?: boolean })[],
  fields: object = {},
): string {
  const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  const added_tokens = added.map((token, at) => ({
    ...{ id: 256 + at, ...flags },
    ...(typeof token === "string" ? { content: token } : token),
  }));
  return JSON.stringify({ ...JSON.parse(writeByteLevelJson(vocab, [])), added_tokens, ...fields });
}

/** Special tokens of a tokenizer.json with files beside it. */
function chosen(json: string, beside: Record<string, object> = {}, told: Told = {}) {
  const folder = temporaryFolder();
  const path = join(folder, "tokenizer.json");
  writeFileSync(path, json);
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(folder, name), JSON.stringify(content));
  const file = ownSpecials(json, "some", readBeside(path), told);
  return { file, ...file.specials, rows: file.vocabularySize, tokenizer: createTokenizer(json, file) };
}

describe("end-of-text and padding", () => {
  const json = bytesAnd(["<s>", "</s>", "<|im_end|>", "<fill>"]);

  it("are those that tokenizer_config.json names, then special_tokens_map.json, generation_config.json, config.json", () => {
    const files = {
      "tokenizer_config.json": { eos_token: { content: "<|im_end|>", __type: "AddedToken" }, pad_token: null },
      "special_tokens_map.json": { eos_token: "</s>", pad_token: "<fill>" },
      "generation_config.json": { eos_token_id: [256, 257], pad_token_id: 258 },
      "config.json": { eos_token_id: 257, pad_token_id: 256 },
    };
    const names = Object.keys(files) as (keyof typeof files)[];
    const found = names.map((_, from) =>
      chosen(json, Object.fromEntries(names.slice(from).map((name) => [name, files[name]]))),
    );
    expect(found.map(({ endOfText }) => endOfText)).toEqual([258, 257, 256, 257]);
    expect(found.map(({ pad }) => pad)).toEqual([259, 259, 258, 256]);
    expect(found[0].file.origins).toMatchObject({ endOfText: "tokenizer_config.json", pad: "special_tokens_map.json" });
  });

  it("are what --eos and --pad say, a piece or an id", () => {
    const config = { "tokenizer_config.json": { eos_token: "</s>", pad_token: "<fill>" } };
    expect(chosen(json, config, { eos: "<|im_end|>", pad: "256" })).toMatchObject({ endOfText: 258, pad: 256 });
    expect(() => chosen(json, config, { eos: "<eot>" })).toThrow(
      /--eos <eot> is no token .*<s> <\/s> <\|im_end\|> <fill>/,
    );
    expect(() => chosen(json, config, { pad: "260" })).toThrow(/--pad 260 is no token of the tokenizer, which has 260/);
    expect(() => chosen(json, config, { eos: "65" })).toThrow(/--eos 65 is ordinary text \("b"\)|--eos 65 is ordinary/);
  });

  it("are found by a usual name, or by what the post-processor puts behind a text, and it is said how to say otherwise", () => {
    const { endOfText, file } = chosen(json);
    expect(endOfText).toBe(257);
    expect(file.origins!.endOfText).toBe("by its name, no file names one; --eos says otherwise");
    const sep = ["[SEP]", 257];
    const bert = chosen(
      bytesAnd(["[CLS]", "[SEP]", "[PAD]"], { post_processor: { type: "BertProcessing", sep, cls: ["[CLS]", 256] } }),
    );
    expect([bert.endOfText, bert.pad]).toEqual([257, 258]);
    const none = chosen(bytesAnd(["[CLS]"]));
    expect(none).toMatchObject({ endOfText: 257, hidden: 258, pad: 259, rows: 320 });
    expect(none.file.origins!.endOfText).toMatch(/a new row behind the others, .* --eos says otherwise/);
  });

  it("may be one token, as GPT-2's users have it, and padding then is no mask: it is said in the file alone", () => {
    const gpt = chosen(bytesAnd(["<|endoftext|>"]), {
      "tokenizer_config.json": { eos_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
    });
    expect([gpt.endOfText, gpt.pad]).toEqual([256, 256]);
  });

  it("are not made of characters the tokenizer does not know", () => {
    const model = { type: "WordLevel", vocab: { "[UNK]": 0, the: 1, "[END]": 2 }, unk_token: "[UNK]" };
    const words = JSON.stringify({ version: "1.0", added_tokens: [], pre_tokenizer: { type: "Whitespace" }, model });
    const named = (eos_token: string) => chosen(words, { "tokenizer_config.json": { eos_token } });
    expect(() => named("[UNK]")).toThrow(/makes token 0 \(\[UNK\]\) of characters it does not know.* --eos/);
    expect(named("[END]").endOfText).toBe(2);
  });
});

describe("what a tokenizer lacks", () => {
  it("gets rows that the file keeps back, then ids it skips, then rows its model has behind the vocabulary", () => {
    const config = { "tokenizer_config.json": { eos_token: "<|end_of_text|>" }, "config.json": { vocab_size: 272 } };
    const kept = ["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", { content: "<x>", id: 260 }];
    const { tokenizer, ...llama } = chosen(bytesAnd(kept), config);
    // 258 is kept back by name, 259 skipped, 261 and on are rows of the model; 263 and 264 are what remains.
    expect(llama).toMatchObject({
      endOfText: 257,
      hidden: 258,
      pad: 259,
      chatStart: 261,
      chatEnd: 262,
      refusal: 263,
      rows: 272,
    });
    expect(llama.file.origins!.hidden).toBe("an unused row (<|reserved_special_token_0|>)");
    expect(tokenizer.decode([257, 258, 259])).toBe("<|end_of_text|><|reserved_special_token_0|><|pad|>");
  });

  it("gets BERT's and Gemma's unused entries, never one that a text becomes", () => {
    expect(chosen(bytesAnd(["</s>", { content: "<unused0>", special: false }])).hidden).toBe(257);
    expect(chosen(bytesAnd(["</s>", { content: "<|extra_id_0|>", special: false }])).hidden).toBe(258);
    expect(chosen(bytesAnd(["</s>", "<extra_id_0>"])).hidden).toBe(257);
    const words = (pre_tokenizer: object) => {
      const model = { type: "WordLevel", vocab: { "[UNK]": 0, "[unused0]": 1, "[SEP]": 2 }, unk_token: "[UNK]" };
      return chosen(JSON.stringify({ version: "1.0", added_tokens: [], pre_tokenizer, model }), {}, { eos: "2" })
        .hidden;
    };
    expect(words({ type: "BertPreTokenizer" })).toBe(1);
    expect(words({ type: "WhitespaceSplit" })).toBe(3);
  });

  it("is the tokenizer's own where it has a token of that name, as a model we exported has", () => {
    const all = chosen(
      bytesAnd(["<|endoftext|>", "<|refusal|>", "<|im_end|>", "<|im_start|>", "<|pad|>", "<|hidden|>"]),
    );
    expect(SPECIAL_NAMES.map((name) => all.file.specials[name])).toEqual([256, 261, 260, 259, 258, 257]);
    expect(all.rows).toBe(320);
  });
});

describe("text that spells a special token", () => {
  it("stays text, also where the file lists that token as ordinary", () => {
    const { tokenizer } = chosen(bytesAnd([{ content: "<|end|>", special: false }, "<|pad|>"]), {
      "tokenizer_config.json": { eos_token: "<|end|>" },
    });
    expect(tokenizer.specials.endOfText).toBe(256);
    expect([...tokenizer.encode("a<|end|><|pad|>")].every((id) => id < 256)).toBe(true);
    expect(tokenizer.decode([...tokenizer.encode("a<|end|>"), 256])).toBe("a<|end|><|end|>");
  });
});

const NAMES = [
  ...["<s>", "</s>", "<pad>", "[PAD]", "<|endoftext|>", "<|im_end|>", "<|hidden|>", "<|pad|>", "<unk>", "|||EMAIL|||"],
  ...["<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<unused0>", "<extra_id_0>", "[unused7]"],
];

describe("special tokens of layouts made at random", () => {
  it("are the named ones, apart from each other, within the rows, and made by no text", () => {
    const token = fc.record({ gap: fc.integer({ min: 0, max: 2 }), special: fc.boolean() });
    const layout = fc.record({
      contents: fc.shuffledSubarray(NAMES),
      tokens: fc.array(token, { minLength: NAMES.length, maxLength: NAMES.length }),
      rows: fc.option(fc.integer({ min: 200, max: 400 }), { nil: undefined }),
      named: fc.record({ eos: fc.constantFrom(...NAMES), pad: fc.constantFrom(...NAMES) }),
    });
    fc.assert(
      fc.property(layout, ({ contents, tokens, rows, named }) => {
        let id = 255;
        const added = contents.map((content, at) => ({
          content,
          special: tokens[at].special,
          id: (id += 1 + tokens[at].gap),
        }));
        const { file, tokenizer } = chosen(bytesAnd(added), {
          "tokenizer_config.json": { eos_token: named.eos, pad_token: named.pad },
          ...(rows !== undefined && { "config.json": { vocab_size: rows } }),
        });
        const { specials, texts, vocabularySize } = file;
        const idOf = (content: string) => added.find((token) => token.content === content)?.id;
        if (idOf(named.eos) !== undefined) expect(specials.endOfText).toBe(idOf(named.eos));
        if (idOf(named.pad) !== undefined) expect(specials.pad).toBe(idOf(named.pad));
        const { endOfText, pad, ...others } = specials;
        for (const [name, other] of Object.entries(others))
          if (idOf(named.eos) !== other && idOf(named.pad) !== other && name !== "chatEnd")
            expect(Object.values(specials).filter((each) => each === other).length).toBe(1);
        expect(Math.max(...Object.values(specials), id, (rows ?? 0) - 1)).toBeLessThan(vocabularySize);
        for (const [name, text] of Object.entries(texts!)) expect(idOf(text!)).toBe(specials[name as SpecialName]);
        const spelled = tokenizer.encode(NAMES.join(" and "));
        expect([...spelled].filter((each) => Object.values(specials).includes(each))).toEqual([]);
        expect(tokenizer.decode([specials.hidden])).toBe(texts!.hidden ?? "<|hidden|>");
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe("npx lacuna tokenizer --file", () => {
  it("takes the case files' own tokens and says which", async () => {
    const open = async (name: string) => {
      const out = join(temporaryFolder(), name);
      await runStage(tokenizerStage, { file: join(cases, `${name}.json`) }, out);
      return loadTokenizer(out);
    };
    const llama = await open("llama2-layout");
    expect(llama.specials).toMatchObject({ endOfText: 2, hidden: 331, pad: 332 });
    expect(llama.vocabularySize).toBe(384);
    const rest = Array.from({ length: 384 - 336 }, (_, at) => 336 + at);
    expect(unsayableIds(llama)).toEqual([331, 332, ...rest]);
    expect(describeSpecials(llama).slice(0, 2)).toEqual([
      'eos: 2 "</s>" (by its name, no file names one; --eos says otherwise)',
      'pad: 332 "<|pad|>" (a new row behind the others, the tokenizer names none; --pad says otherwise)',
    ]);
    expect((await open("dolma2like")).specials).toMatchObject({ endOfText: 361, hidden: 366 });
    expect((await open("bert")).specials).toMatchObject({ pad: 0, endOfText: 170 });
  });

  it("counts the documents that are their end-of-text alone", async () => {
    const folder = temporaryFolder();
    await runStage(tokenizerStage, { file: join(cases, "bert.json") }, join(folder, "bert"));
    const tokenizer = loadTokenizer(join(folder, "bert"));
    const documents = ["the patient", "\u200b\u200d", "\u0001"].map((text, at) => ({
      ...{ id: `${at}`, source: "s", text, split: "train" as const },
      truth: [{ start: 0, end: text.length, domain: "d" }],
    }));
    async function* given() {
      yield* documents;
    }
    const { train } = await tokenizeCorpus(given(), tokenizer);
    expect([...train.shard.tokens.subarray(-2)]).toEqual([170, 170]);
    expect(train.truth!.labels.length).toBe(train.shard.tokens.length);
    expect(emptyDocuments(train.shard)).toEqual({ emptyDocuments: 2 });
  });

  it("is made again when a file beside it changes", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "tokenizer.json");
    writeFileSync(file, bytesAnd(["<a>", "<b>"]));
    const config = (eos_token: string) =>
      writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token }));
    config("<a>");
    const first = await runStage(tokenizerStage, { file }, join(folder, "one"));
    config("<b>");
    const second = await runStage(tokenizerStage, { file }, join(folder, "two"));
    expect(first.key).not.toBe(second.key);
    expect(loadTokenizer(join(folder, "two")).specials.endOfText).toBe(257);
    expect(readFileSync(join(folder, "two", "tokenizer.json"), "utf8")).toBe(readFileSync(file, "utf8"));
    await expect(runStage(tokenizerStage, { name: "cl100k_base", eos: "1" }, join(folder, "three"))).rejects.toThrow(
      /--eos and --pad are tokens of a --file/,
    );
  });
});

describe("what the tokenizer itself puts around a text", () => {
  const template = (single: string[]) => ({
    post_processor: {
      type: "TemplateProcessing",
      single: single.map((id) =>
        id === "A" ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
      ),
      pair: [],
      special_tokens: {
        "<s>": { id: "<s>", ids: [256], tokens: ["<s>"] },
        "</s>": { id: "</s>", ids: [257], tokens: ["</s>"] },
      },
    },
  });
  const frameOf = (fields: object, config: object = {}) =>
    chosen(bytesAnd(["<s>", "</s>"], fields), { "tokenizer_config.json": config }).file.frame!;

  it("is read from its post-processor, end-of-text left out, and from the switch of tokenizer_config.json", () => {
    expect(frameOf(template(["<s>", "A"]))).toMatchObject({ before: [256], after: [], isAdded: true });
    expect(frameOf(template(["<s>", "A", "</s>"]))).toMatchObject({ before: [256], after: [], isAdded: true });
    expect(frameOf(template(["A", "</s>"]))).toMatchObject({ before: [256], after: [], isAdded: false });
    expect(frameOf(template(["<s>", "A"]), { eos_token: "<s>" })).toMatchObject({ before: [256], isAdded: true });
    expect(frameOf({})).toMatchObject({ before: [256], isAdded: false, text: '256 "<s>" before every document' });
    expect(frameOf({}, { add_bos_token: true, bos_token: "<s>" })).toMatchObject({ before: [256], isAdded: true });
    expect(frameOf(template(["<s>", "A"]), { add_bos_token: false })).toMatchObject({ before: [256], isAdded: false });
    expect(frameOf(template(["<s>", "A", "</s>"]), { eos_token: "<s>" })).toMatchObject({
      after: [257],
      isAdded: true,
    });
  });
});
