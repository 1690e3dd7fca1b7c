import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { readSafetensors } from "../base/safetensors.js";
import { temporaryFolder } from "../testing/folder.js";
import { loadModel, loadState, saveModel, saveState } from "./checkpoint.js";
import { GptConfig } from "./config.js";
import { initialise } from "./init.js";
import { initialState } from "./trainer.js";

const config = GptConfig.parse({ vocabulary: 20, width: 8, layers: 1, heads: 2, context: 16 });
const model = { config, direction: "reverse" as const, parameters: initialise(config, 3) };

describe("a model directory", () => {
  it("comes back as it was saved", async () => {
    const folder = temporaryFolder();
    await saveModel(folder, model);
    expect(loadModel(folder)).toEqual(model);
  });

  it("stores matrices as [out, in] under the names Hugging Face readers know", async () => {
    const folder = temporaryFolder();
    await saveModel(folder, model);
    const up = "model.layers.0.mlp.up_proj.weight";
    const stored = readSafetensors(join(folder, "model.safetensors")).tensors[up];
    expect(stored.shape).toEqual([32, 8]);
    expect(stored.data[5 * 8 + 3]).toBe(model.parameters[up][3 * 32 + 5]);
    const file = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    expect(file).toMatchObject({ architectures: ["LacunaForCausalLM"], vocab_size: 20, tie_word_embeddings: true });
  });

  it.each([
    ["a truncated file", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 900)), /not a valid/],
    ["text", (path: string) => writeFileSync(path, "not tensors at all"), /not a valid/],
  ])("refuses %s with one sentence", async (_, spoil, message) => {
    const folder = temporaryFolder();
    await saveModel(folder, model);
    spoil(join(folder, "model.safetensors"));
    expect(() => loadModel(folder)).toThrow(UserError);
    expect(() => loadModel(folder)).toThrow(message);
  });

  it("refuses weights that are of another model than its config", async () => {
    const folder = temporaryFolder();
    await saveModel(folder, model);
    const path = join(folder, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"vocab_size": 20', '"vocab_size": 21'));
    expect(() => loadModel(folder)).toThrow(/shape \[20,8\], config.json needs \[21,8\]/);
  });

  it("refuses values that are not finite", async () => {
    const folder = temporaryFolder();
    const parameters = { ...model.parameters, "model.norm.weight": new Float32Array(8).fill(Number.NaN) };
    await saveModel(folder, { ...model, parameters });
    expect(() => loadModel(folder)).toThrow(/model.norm.weight has a value that is not finite/);
  });

  it("refuses a folder that is no model", () => {
    expect(() => loadModel(temporaryFolder())).toThrow(/is not a model/);
  });
});

describe("a training state", () => {
  it("comes back with its metadata", async () => {
    const path = join(temporaryFolder(), "state.safetensors");
    const state = initialState(config, 4);
    state.second["model.norm.weight"].fill(0.25);
    await saveState(path, config, state, { step: "12" });
    const { state: found, metadata } = loadState(path, config);
    expect(found).toEqual(state);
    expect(metadata.step).toBe("12");
  });
});
