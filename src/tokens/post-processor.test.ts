import { Tokenizer as NativeTokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { specialsAddedBy } from "./post-processor.js";

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const text = { Sequence: { id: "A", type_id: 0 } };
const template = (...single: unknown[]) => ({
  type: "TemplateProcessing",
  single,
  pair: [text, { Sequence: { id: "B", type_id: 1 } }],
  special_tokens: {
    "<s>": { id: "<s>", ids: [2], tokens: ["<s>"] },
    "</s>": { id: "</s>", ids: [3], tokens: ["</s>"] },
    "<two>": { id: "<two>", ids: [4, 2], tokens: ["<two>", "<s>"] },
  },
});
const byteLevel = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
const bert = { type: "BertProcessing", sep: ["</s>", 3], cls: ["<s>", 2] };
const roberta = { ...bert, type: "RobertaProcessing", trim_offsets: true, add_prefix_space: true };
const sequence = (...processors: unknown[]) => ({ type: "Sequence", processors });
const file = (post_processor: unknown) => ({
  version: "1.0",
  added_tokens: [],
  post_processor,
  model: { type: "WordLevel", vocab: { x: 0 }, unk_token: "x" },
});

describe("what a post-processor adds to a text", () => {
  it.each([
    ["nothing", null, [], []],
    ["bytes", byteLevel, [], []],
    ["BERT", bert, [2], [3]],
    ["RoBERTa", roberta, [2], [3]],
    ["T5", template(text, special("</s>")), [], [3]],
    ["Llama 3", sequence(byteLevel, template(special("<s>"), text)), [2], []],
    ["several", template(special("<two>"), special("</s>"), text, special("</s>"), special("<s>")), [4, 2, 3], [3, 2]],
    ["the bare text", template(text), [], []],
    ["a sequence in a sequence", sequence(sequence(bert), byteLevel), [2], [3]],
    ["an empty sequence", sequence(), [], []],
  ])("is what the native library adds: %s", async (_, processor, before, after) => {
    expect(specialsAddedBy(file(processor), "a.json")).toEqual({ before, after });
    const native = NativeTokenizer.fromString(JSON.stringify(file(processor)));
    expect((await native.encode("x")).getIds()).toEqual([...before, 0, ...after]);
  });

  it("is none where the file does not speak of one", () => {
    expect(specialsAddedBy({ model: {} }, "a.json")).toEqual({ before: [], after: [] });
  });

  it.each([
    ["an unknown one", { type: "Odd" }, /a\.json \(Odd\) is not one that can be read/],
    ["two that add", sequence(template(special("<s>"), text), bert), /adds special tokens twice, by Template/],
    ["no place for the text", template(special("<s>")), /has the text 0 times/],
    ["the text twice", template(text, text), /has the text 2 times/],
    ["a token of no id", template(special("toString"), text), /adds toString and gives no id for it/],
    ["the second text", template({ Sequence: { id: "B", type_id: 0 } }), /is not one that can be read/],
  ])("is refused where it is not said: %s", (_, processor, message) => {
    expect(() => specialsAddedBy(file(processor), "a.json")).toThrow(message);
  });
});
