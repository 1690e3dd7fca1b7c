import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runStage } from "../base/stage.js";
import { temporaryFolder } from "../testing/folder.js";
import { loadTokenizer, unsayableIds } from "../tokens/index.js";
import { pretrainStage } from "../train/index.js";
import { syntheticCorpus, writeArtifacts } from "../train/testing/synthetic.js";
import { openTextGenerator } from "./text-generator.js";

const how = { maxTokens: 8, temperature: 3, topP: 1, seed: 1 };

async function syntheticModel(options: object = {}) {
  const folder = temporaryFolder();
  const { tokens } = await writeArtifacts(folder, syntheticCorpus(20));
  const model = join(folder, "model");
  const small = { width: 8, layers: 1, heads: 1, context: 64, batch: 4, steps: 2, validations: 0, ...options };
  await runStage(pretrainStage, { tokens, ...small }, model);
  return model;
}

describe("a text generator", () => {
  it("never says padding, hidden or a row without a token, even from a model that has hardly learned", async () => {
    const model = await syntheticModel();
    const tokenizer = loadTokenizer(model);
    const { specials, vocabularySize } = tokenizer;
    const unsayable = unsayableIds(tokenizer);
    expect(unsayable).toContain(specials.pad);
    expect(unsayable).toContain(specials.hidden);
    expect(unsayable).not.toContain(specials.refusal);
    expect(unsayable.length).toBe(vocabularySize - 256 - 4);
    const generator = openTextGenerator(model);
    const said = await generator.continueTexts(["ab", "", "CD"], { ...how, maxTokens: 40 });
    await generator.release();
    const ids = said.flatMap((each) => [...each.ids]);
    expect(ids.length).toBeGreaterThan(60);
    expect(ids.filter((id) => unsayable.includes(id))).toEqual([]);
    expect(said.map(({ text }) => Buffer.from(text).length > 0)).toEqual([true, true, true]);
  });

  it("answers conversations as they would be trained", async () => {
    const generator = openTextGenerator(await syntheticModel());
    const [said] = await generator.answer([[{ role: "user", content: "ab" }]], how);
    await generator.release();
    expect(said.ids.length).toBeLessThanOrEqual(8);
    expect(said.text).toBe(generator.tokenizer.decode(said.ids));
  });

  it("refuses a model that reads from the end", async () => {
    const model = await syntheticModel({ direction: "reverse" });
    expect(() => openTextGenerator(model)).toThrow(/reverse/);
  });
});
