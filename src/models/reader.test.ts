import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { type HookedModel, openHfModel, parseHook } from "./index.js";
import { GPT2, LLAMA, syntheticDocuments, writeSyntheticModel } from "./testing/synthetic.js";

const hooks = ["resid_pre.1", "resid_post.2"].map(parseHook);

async function statesOf(model: HookedModel, documents: Uint32Array[], at = hooks): Promise<Float32Array[][]> {
  const all: Float32Array[][] = [];
  for await (const { document, states } of model.read(documents, at)) {
    expect(document).toBe(all.length);
    all.push(states);
  }
  return all;
}

function expectClose(found: Float32Array, expected: Float32Array): void {
  expect(found.length).toBe(expected.length);
  const difference = found.reduce((worst, value, index) => Math.max(worst, Math.abs(value - expected[index])), 0);
  expect(difference).toBeLessThan(1e-4);
}

describe("reading states of other people's models", () => {
  it("begins every window with BOS, also those in the middle of a document", async () => {
    const folder = temporaryFolder();
    await writeSyntheticModel(folder, LLAMA);
    const model = await openHfModel(folder, { window: 32 });
    expect(model.bos).toEqual({ id: 1, from: "the architecture" });
    const [long] = syntheticDocuments([60], LLAMA.vocab_size);
    const [[, whole]] = await statesOf(model, [long]);
    // The second window starts at 16; its second half is what it is taken for.
    const [[, middle]] = await statesOf(model, [long.slice(16, 48)]);
    expectClose(whole.subarray(32 * 16, 48 * 16), middle.subarray(16 * 16, 32 * 16));
    await model.release();
  });

  it("takes documents with BOS or without, and adds none to a model that has none", async () => {
    const folder = temporaryFolder();
    await writeSyntheticModel(join(folder, "llama"), LLAMA);
    await writeSyntheticModel(join(folder, "gpt2"), GPT2);
    const llama = await openHfModel(join(folder, "llama"));
    const [document] = syntheticDocuments([20], LLAMA.vocab_size);
    const [[bare], [begun]] = await statesOf(llama, [document, Uint32Array.from([1, ...document])]);
    expectClose(begun.subarray(16), bare);
    const without = await openHfModel(join(folder, "llama"), { bos: false });
    const [[plain]] = await statesOf(without, [document]);
    expect(Math.abs(plain[0] - bare[0])).toBeGreaterThan(1e-3);
    const gpt2 = await openHfModel(join(folder, "gpt2"));
    expect(gpt2.bos.id).toBeUndefined();
    for (const model of [llama, without, gpt2]) await model.release();
  });

  it("reads a document the same whatever is beside it, and however little memory weights may take", async () => {
    const folder = temporaryFolder();
    await writeSyntheticModel(folder, GPT2);
    const documents = syntheticDocuments([0, 5, 47, 130, 1, 33], GPT2.vocab_size);
    const model = await openHfModel(folder, { tokensPerRun: 100 });
    const poor = await openHfModel(folder, { tokensPerRun: 100, weightMemory: 0 });
    const together = await statesOf(model, documents);
    expect(await statesOf(poor, documents)).toEqual(together);
    for (const [index, document] of documents.entries()) {
      const [alone] = await statesOf(model, [document]);
      alone.forEach((states, hook) => {
        expect(states.length).toBe(document.length * 16);
        expectClose(together[index][hook], states);
      });
    }
    await model.release();
    await poor.release();
  });

  it("neither reads nor needs blocks after the last one asked for", async () => {
    const folder = temporaryFolder();
    await writeSyntheticModel(join(folder, "whole"), LLAMA);
    await writeSyntheticModel(join(folder, "cut"), LLAMA, { blocks: 1 });
    await expect(openHfModel(join(folder, "cut"))).rejects.toThrow(/no tensor "model.layers.1/);
    const documents = syntheticDocuments([9], LLAMA.vocab_size);
    const whole = await openHfModel(join(folder, "whole"));
    const cut = await openHfModel(join(folder, "cut"), { lastLayer: 0 });
    const [[expected]] = await statesOf(whole, documents, [parseHook("resid_post.0")]);
    const [[found]] = await statesOf(cut, documents, [parseHook("resid_post.0")]);
    expect(found).toEqual(expected);
    await expect(statesOf(cut, documents)).rejects.toThrow(/has no resid_pre.1: its blocks are 0 to 0/);
    await whole.release();
    await cut.release();
  });

  it("says which token is not in the vocabulary", async () => {
    const folder = temporaryFolder();
    await writeSyntheticModel(folder, GPT2);
    const model = await openHfModel(folder);
    await expect(statesOf(model, [Uint32Array.of(3, 40)])).rejects.toThrow(/Token 40 is not in .* 40 rows/);
    await model.release();
  });
});
