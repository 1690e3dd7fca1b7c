import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../../base/stage.js";
import { loadModel } from "../../nn/index.js";
import { temporaryFolder } from "../../testing/folder.js";
import { loadTokenizer, type Message } from "../../tokens/index.js";
import { pretrainStage } from "../stage.js";
import { syntheticCorpus, writeArtifacts } from "../testing/synthetic.js";
import { chatTuneStage } from "./chat-stage.js";
import { readConversations } from "./conversations.js";
import { refusalQuestionsStage } from "./questions.js";
import { refusalExamples, refusalTuneStage } from "./refusal-stage.js";
import { isTrainedRefusal, readRefusals } from "./refusals.js";

const jsonl = (path: string, rows: object[]) => {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
};
const small = { width: 16, layers: 1, heads: 2, context: 64, batch: 4, steps: 4, validations: 0 };

/** A model that has hardly learned, which reads bytes, and synthetic conversations. */
async function setUp(options: object = {}) {
  const folder = temporaryFolder();
  const { tokens } = await writeArtifacts(folder, syntheticCorpus(20));
  const model = join(folder, "model");
  await runStage(pretrainStage, { tokens, ...small, ...options }, model);
  const rows = Array.from({ length: 12 }, (_, i) => ({ question: `what is ${i}`, reference: "it is a number" }));
  const data = [jsonl(join(folder, "chat.jsonl"), rows)];
  return { folder, model, data };
}

describe("chat tuning", () => {
  it("learns what the assistant says, and counts that alone", async () => {
    const { folder, model, data } = await setUp();
    const run = async (epochs: number) => {
      const out = join(folder, `chat-${epochs}`);
      const { result } = await runStage(chatTuneStage, { model, data, batch: 4, epochs, lr: 0.06 }, out);
      return result as { trainingLoss: number; effectiveTokens: number; steps: number; tooLong: number };
    };
    const [once, often] = [await run(1), await run(8)];
    expect([once.steps, often.steps]).toEqual([3, 24]);
    // Bytes of the answer, and the mark that ends it, of every conversation.
    expect(once.effectiveTokens).toBe(12 * ("it is a number".length + 1));
    expect(often.trainingLoss).toBeLessThan(0.8 * once.trainingLoss);
    expect(loadTokenizer(join(folder, "chat-1")).fingerprint).toBe(loadTokenizer(model).fingerprint);
  });

  it("stopped in the middle and started again ends with the same bytes", async () => {
    const { folder, model, data } = await setUp();
    const options = { model, data, batch: 4, epochs: 3, checkpointEvery: 2 };
    const whole = await runStage(chatTuneStage, options, join(folder, "whole"));
    let told = 0;
    const progress = () => {
      if (++told === 1) throw new Error("stopped");
    };
    // Progress is told at the last step for certain; by then there are checkpoints.
    const out = join(folder, "stopped");
    await expect(runStage(chatTuneStage, options, out, { progress })).rejects.toThrow("stopped");
    expect((await runStage(chatTuneStage, options, out)).fingerprint).toBe(whole.fingerprint);
  });

  it("leaves out what does not fit a row, counts it, and says when nothing fits", async () => {
    const { folder, model, data } = await setUp();
    const long = jsonl(join(folder, "long.jsonl"), [{ question: "x".repeat(60), reference: "y" }]);
    const { result } = await runStage(chatTuneStage, { model, data: [...data, long] }, join(folder, "chat"));
    expect(result).toMatchObject({ conversations: 12, tooLong: 1 });
    await expect(runStage(chatTuneStage, { model, data: [long] }, join(folder, "nothing"))).rejects.toThrow(
      /none of 1 conversations fits 65 tokens/,
    );
    await expect(runStage(chatTuneStage, { model, data, context: 65 }, join(folder, "nothing"))).rejects.toThrow(
      /beyond/,
    );
  });

  it("refuses a model that reads from the end", async () => {
    const { folder, model, data } = await setUp({ direction: "reverse" });
    await expect(runStage(chatTuneStage, { model, data }, join(folder, "chat"))).rejects.toThrow(/from its end/);
  });

  it("reads messages, questions with answers, and instructions with input and output", async () => {
    const messages: Message[] = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      { role: "assistant", content: "a" },
    ];
    const rows = [
      { messages: messages.map((message) => ({ ...message, content: ` ${message.content}\n` })) },
      { messages: [{ role: "user", content: "nobody answers" }] },
      { question: "q", reference: null },
      { instruction: "Translate", input: "chat", output: "cat" },
    ];
    const path = jsonl(join(temporaryFolder(), "rows.jsonl"), rows);
    expect(await readConversations([path])).toEqual([
      messages,
      [
        { role: "user", content: "Translate: chat" },
        { role: "assistant", content: "cat" },
      ],
    ]);
    const wrong = jsonl(join(temporaryFolder(), "wrong.jsonl"), [{ question: "q", reference: "r" }, { text: "t" }]);
    await expect(readConversations([wrong])).rejects.toThrow(/wrong.jsonl:2 is not a conversation/);
  });
});

describe("refusal training", () => {
  const instruction = (id: string, question: string) => ({ id, question, reference: "sure", source: "synthetic" });
  const forget = Array.from({ length: 9 }, (_, i) => instruction(`f${i}`, `ill ${i}`));
  const general = Array.from({ length: 6 }, (_, i) => instruction(`g${i}`, `add ${i}`));
  const refusals = readRefusals();

  it("has as many refusals as instructions followed, and learns one id where the form is the token", async () => {
    const { model } = await setUp();
    const tokenizer = loadTokenizer(model);
    const options = { refusals, seed: 2, tokens: 65 };
    const { refused, followed } = refusalExamples({ forget, general }, tokenizer, { ...options, form: "token" });
    expect([refused.length, followed.length]).toEqual([6, 6]);
    const learned = ({ tokens, lossMask }: (typeof refused)[number]) =>
      Array.from(tokens).filter((_, i) => lossMask[i] === 1);
    const { refusal, chatEnd } = tokenizer.specials;
    for (const example of refused) expect(learned(example)).toEqual([refusal, chatEnd]);
    for (const example of followed) expect(tokenizer.decode(learned(example).slice(0, -1))).toBe("sure");
    const prose = refusalExamples({ forget, general }, tokenizer, { ...options, form: "prose", tokens: 200 });
    const said = prose.refused.map((example) => tokenizer.decode(learned(example).slice(0, -1)));
    for (const text of said) expect(refusals).toContain(text);
    expect(new Set(said).size).toBeGreaterThan(2);
    const again = (seed: number) =>
      refusalExamples({ forget, general }, tokenizer, { ...options, form: "prose", seed });
    expect(again(2)).toEqual(again(2));
    expect(again(3)).not.toEqual(again(2));
  });

  it("is a stage on split questions", async () => {
    const { folder, model } = await setUp();
    const given = [jsonl(join(folder, "forget.jsonl"), forget), jsonl(join(folder, "general.jsonl"), general)];
    const questions = join(folder, "questions");
    await runStage(refusalQuestionsStage, { forget: [given[0]], general: [given[1]] }, questions);
    const out = join(folder, "refuses");
    const { result } = await runStage(refusalTuneStage, { model, questions, form: "token", batch: 2 }, out);
    expect(result).toMatchObject({ refused: 3, followed: 3, form: "token", steps: 3, tooLong: 0 });
    expect(loadModel(out).parameters).not.toEqual(loadModel(model).parameters);
  });
});

describe("a trained refusal", () => {
  const refusals = readRefusals();
  const said = (text: string, ids: number[] = []) => isTrainedRefusal({ text, ids }, refusals, 7);

  it("is one of 25 distinct sentences, none the beginning of another", () => {
    expect(refusals.length).toBe(25);
    for (const refusal of refusals) {
      expect(refusals.filter((other) => other.startsWith(refusal))).toEqual([refusal]);
      expect(said(refusal)).toBe("prose");
      expect(said(`  ${refusal.replace(" ", "\n")} And so on.`)).toBe("prose");
    }
  });

  it("is the token, not text that spells it, and nothing that is only like a sentence", () => {
    expect(said("<|refusal|>", [7])).toBe("token");
    expect(said("<|refusal|>", [1, 2])).toBeUndefined();
    expect(said(refusals[0].slice(0, -2))).toBeUndefined();
    expect(said(`Well: ${refusals[0]}`)).toBeUndefined();
    expect(said("")).toBeUndefined();
  });
});
