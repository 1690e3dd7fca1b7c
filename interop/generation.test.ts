import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson, writeJson } from "../src/base/files.js";
import { readSafetensors } from "../src/base/safetensors.js";
import { runStage } from "../src/base/stage.js";
import { openTextGenerator } from "../src/evaluate/index.js";
import { exportModelStage } from "../src/models/index.js";
import { GptConfig, GREEDY, gptLogits, gptShapes, saveModel } from "../src/nn/index.js";
import { syntheticParameters, toSingle } from "../src/nn/testing/reference.js";
import { compile, spec } from "../src/tensor/index.js";
import { temporaryFolder } from "../src/testing/folder.js";
import {
  encodeChat,
  encodePrompt,
  loadTokenizer,
  type Message,
  placeSpecials,
  trainByteLevelBpe,
  writeTokenizer,
} from "../src/tokens/index.js";
import { HARD_TEXTS, randomText } from "../src/tokens/testing/texts.js";
import { PYTHON, python } from "./python.js";

const entries = 314;
const file = placeSpecials("bpe-synthetic", entries);
const config = GptConfig.parse({ vocabulary: file.vocabularySize, width: 48, layers: 3, heads: 3, context: 160 });
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });
/** No text spells a mark: transformers reads that as the mark, we as text (src/tokens/chat.test.ts). */
const texts = HARD_TEXTS.filter((text) => !text.includes("<|"));
const conversations: Message[][] = [
  [user("What is a cell?"), assistant("A small room."), user("And in biology?")],
  [{ role: "system", content: "Be brief." }, user("  spaces and\n\nlines  ")],
  [user("\n\n")],
  [user("日本語 👩‍👩‍👧 e\u0301")],
  [user(randomText(3, 40)), assistant("\n\nYes\n"), user("")],
];

const Oracle = z.object({
  texts: z.array(z.object({ ids: z.array(z.number()), said: z.array(z.number()) })),
  conversations: z.array(
    z.object({
      ids: z.array(z.number()),
      prompt: z.array(z.number()),
      said: z.array(z.number()),
      text: z.string(),
    }),
  ),
  together: z.array(z.array(z.number())),
});

/** A synthetic model with a tokenizer learnt from the synthetic texts, and the same as transformers reads it. */
async function setUp() {
  const folder = temporaryFolder();
  const model = join(folder, "model");
  const parameters = toSingle(syntheticParameters(gptShapes(config)));
  await saveModel(model, { config, direction: "forward", parameters });
  const learnt = await trainByteLevelBpe(
    [...texts, ...conversations.flat().map(({ content }) => content)],
    entries,
    join(folder, "bpe"),
  );
  await writeTokenizer(model, learnt, file);
  await runStage(exportModelStage, { model }, join(folder, "hf"));
  return { folder, model, parameters };
}

async function logitsOf(parameters: ReturnType<typeof toSingle>, ids: Uint32Array): Promise<Float32Array> {
  const shapes = Object.fromEntries(Object.entries(gptShapes(config)).map(([name, shape]) => [name, spec(shape)]));
  const program = await compile((p, x) => gptLogits(config, p, x), [shapes, spec([1, ids.length], "int32")]);
  const logits = (await program.run(parameters, Int32Array.from(ids))) as Float32Array;
  await program.release();
  return logits;
}

describe.skipIf(!PYTHON)("what a model says, against transformers on the exported weights", () => {
  it("has the same ids of texts and chats, the same logits, and says the same greedily", async () => {
    const { folder, model, parameters } = await setUp();
    const maxTokens = 24;
    await writeJson(join(folder, "cases.json"), { texts, conversations, maxTokens });
    python("generation.py", folder);
    const oracle = readJson(join(folder, "oracle.json"), Oracle);
    const { tensors } = readSafetensors(join(folder, "oracle.safetensors"));
    const tokenizer = loadTokenizer(model);
    const generator = openTextGenerator(model);
    const how = { ...GREEDY, maxTokens };

    const continued = await generator.continueTexts(texts, how);
    oracle.texts.forEach(({ ids, said }, index) => {
      expect([...tokenizer.encode(texts[index])], texts[index]).toEqual(ids);
      expect([...continued[index].ids], texts[index]).toEqual(said);
    });

    const answers = await generator.answer(conversations, how);
    let worst = 0;
    for (const [index, expected] of oracle.conversations.entries()) {
      const { ids } = encodeChat(tokenizer, conversations[index]);
      expect([...ids]).toEqual(expected.ids);
      expect([...encodePrompt(tokenizer, conversations[index])]).toEqual(expected.prompt);
      const logits = await logitsOf(parameters, ids);
      const theirs = tensors[`logits.${index}`].data as Float32Array;
      const largest = Math.max(...theirs.map(Math.abs));
      const gap = Math.max(...logits.map((logit, i) => Math.abs(logit - theirs[i]))) / largest;
      expect(gap, `logits of conversation ${index}`).toBeLessThan(1e-4);
      worst = Math.max(worst, gap);
      expect([...answers[index].ids]).toEqual(expected.said);
      expect(answers[index].text).toBe(expected.text);
    }
    expect(answers.map(({ ids }) => [...ids])).toEqual(oracle.together);
    // Something must have been said, and not the same to everyone.
    expect(new Set(answers.map(({ text }) => text)).size).toBeGreaterThan(2);
    await generator.release();
    console.log(`logits: largest difference over largest logit ${worst.toExponential(1)}`);
  });
});
