import { describe, expect, it } from "vitest";
import { BYTE_CHARACTERS } from "./byte-alphabet.js";
import { encodeChat, encodePrompt, type Message } from "./chat.js";
import { placeSpecials, SPECIAL_TEXTS } from "./specials.js";
import { createTokenizer } from "./tokenizer.js";
import { writeByteLevelJson } from "./tokenizer-json.js";

const file = placeSpecials("bytes-and-a-merge", 257);
/** Bytes, and "\n\n" as one token. */
const newline = BYTE_CHARACTERS[10];
const vocabulary = { ...Object.fromEntries(BYTE_CHARACTERS.map((c, byte) => [c, byte])), [newline + newline]: 256 };
const tokenizer = createTokenizer(writeByteLevelJson(vocabulary, [[newline, newline]]), file);
const { endOfText, chatStart, chatEnd, refusal } = file.specials;
const bytes = (text: string) => [...Buffer.from(text)];

const conversation: Message[] = [
  { role: "user", content: "Hi!" },
  { role: "assistant", content: "Yo" },
];

describe("chat format", () => {
  it("puts one id per mark around role, newline and content, and nothing between turns", () => {
    expect([...encodeChat(tokenizer, conversation).ids]).toEqual([
      ...[endOfText, chatStart, ...bytes("user\nHi!"), chatEnd],
      ...[chatStart, ...bytes("assistant\nYo"), chatEnd],
    ]);
  });

  it("learns the assistant's words and the mark that ends them, and nothing else", () => {
    const { ids, lossMask } = encodeChat(tokenizer, [...conversation, ...conversation]);
    const learned = [...ids].filter((_, i) => lossMask[i] === 1);
    expect(learned).toEqual([...bytes("Yo"), chatEnd, ...bytes("Yo"), chatEnd]);
    expect(ids.length).toBe(lossMask.length);
  });

  it("keeps content that spells a mark as content", () => {
    for (const mark of Object.values(SPECIAL_TEXTS)) {
      const { ids } = encodeChat(tokenizer, [{ role: "user", content: `a${mark}b` }]);
      expect([...ids]).toEqual([endOfText, chatStart, ...bytes(`user\na${mark}b`), chatEnd]);
    }
  });

  it("is, up to the answer, what a model is asked with", () => {
    const whole = encodeChat(tokenizer, conversation).ids;
    const prompt = encodePrompt(tokenizer, conversation.slice(0, 1));
    expect(whole.subarray(0, prompt.length)).toEqual(prompt);
    expect([...whole.subarray(prompt.length)]).toEqual([...bytes("Yo"), chatEnd]);
  });

  it("learns a token that reaches from the line of the role into the answer", () => {
    const { ids, lossMask } = encodeChat(tokenizer, [{ role: "assistant", content: "\n\nYo" }]);
    expect([...ids].filter((_, i) => lossMask[i] === 1)).toEqual([256, 10, ...bytes("Yo"), chatEnd]);
  });

  it("lets an answer be a special token, one id long", () => {
    const { ids, lossMask } = encodeChat(tokenizer, [{ role: "assistant", content: [refusal] }]);
    expect([...ids]).toEqual([endOfText, chatStart, ...bytes("assistant\n"), refusal, chatEnd]);
    expect([...ids].filter((_, i) => lossMask[i] === 1)).toEqual([refusal, chatEnd]);
  });
});
