import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "tokenizers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readJson } from "../base/files.js";
import { readSafetensors } from "../base/safetensors.js";
import { runStage } from "../base/stage.js";
import { initialState, saveModel } from "../nn/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { BYTE_CHARACTERS } from "../tokens/byte-alphabet.js";
import { placeSpecials, writeTokenizer } from "../tokens/index.js";
import { NO_FILES } from "../tokens/own-files.js";
import { ownSpecials } from "../tokens/own-specials.js";
import { writeByteLevelJson } from "../tokens/tokenizer-json.js";
import { exportModelStage } from "./export.js";

const config = { vocabulary: 320, width: 16, layers: 2, heads: 2, context: 32, baseWidth: 64, ropeBase: 10_000 };

async function exported(direction: "forward" | "reverse" = "forward", firstSpecial = 256) {
  const folder = temporaryFolder();
  const model = join(folder, "model");
  const { parameters } = initialState(config, 3);
  await saveModel(model, { config, direction, parameters });
  const vocabulary = Object.fromEntries(BYTE_CHARACTERS.map((character, byte) => [character, byte]));
  await writeTokenizer(model, writeByteLevelJson(vocabulary, []), placeSpecials("bytes", firstSpecial));
  await runStage(exportModelStage, { model }, join(folder, "hf"));
  return { parameters, hf: join(folder, "hf") };
}

describe("an exported model", () => {
  it("carries muP's two scales in its weights and leaves the others alone", async () => {
    const { parameters, hf } = await exported();
    const { tensors } = readSafetensors(join(hf, "model.safetensors"));
    const embedding = parameters["model.embed_tokens.weight"];
    // m = 16 / 64, so that logits are multiplied by 4; heads have 8 coordinates.
    expect(tensors["lm_head.weight"].data).toEqual(embedding.map((x) => 4 * x));
    expect(tensors["model.embed_tokens.weight"].data).toEqual(embedding);
    const at = (name: string, row: number, column: number) => (tensors[name].data as Float32Array)[row * 16 + column];
    const query = "model.layers.1.self_attn.q_proj.weight";
    expect(at(query, 3, 5)).toBeCloseTo(parameters[query][5 * 16 + 3] / Math.sqrt(8), 6);
    const key = "model.layers.1.self_attn.k_proj.weight";
    expect(at(key, 3, 5)).toBe(parameters[key][5 * 16 + 3]);
    expect(tensors["model.layers.0.mlp.up_proj.weight"].shape).toEqual([64, 16]);
  });

  it("names its special tokens, its template and what it never says", async () => {
    const { hf } = await exported();
    const tokenizer = readJson(join(hf, "tokenizer.json"), z.looseObject({ added_tokens: z.array(z.any()) }));
    expect(tokenizer.added_tokens.map(({ id, content }) => [id, content])).toContainEqual([261, "<|refusal|>"]);
    const generation = readJson(join(hf, "generation_config.json"), z.looseObject({ suppress_tokens: z.any() }));
    expect(generation.suppress_tokens.slice(0, 4)).toEqual([257, 258, 262, 263]);
  });

  it("names ids that are no token, so that those above keep theirs in other programs", async () => {
    const { hf } = await exported("forward", 259);
    const { added_tokens } = readJson(join(hf, "tokenizer.json"), z.looseObject({ added_tokens: z.array(z.any()) }));
    expect(added_tokens.map(({ id }) => id)).toEqual([256, 257, 258, 259, 260, 261, 262, 263, 264]);
    const content = await readFile(join(hf, "tokenizer.json"), "utf8");
    expect(Tokenizer.fromString(content).tokenToId("<|refusal|>")).toBe(264);
    const generation = readJson(join(hf, "generation_config.json"), z.looseObject({ suppress_tokens: z.any() }));
    expect(generation.suppress_tokens.slice(0, 6)).toEqual([256, 257, 258, 260, 261, 265]);
  });

  it("of a tokenizer with tokens of its own has them under their names, once each", async () => {
    const folder = temporaryFolder();
    const model = join(folder, "model");
    await saveModel(model, { config, direction: "forward", parameters: initialState(config, 3).parameters });
    const vocab = Object.fromEntries([...BYTE_CHARACTERS, "</s>"].map((entry, id) => [entry, id]));
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    const added_tokens = [{ id: 256, content: "</s>", ...flags }];
    const json = JSON.stringify({ ...JSON.parse(writeByteLevelJson(vocab, [])), added_tokens });
    await writeTokenizer(model, json, ownSpecials(json, "own", NO_FILES, { pad: "</s>" }));
    await runStage(exportModelStage, { model }, join(folder, "hf"));
    const read = (name: string) => readJson(join(folder, "hf", name), z.record(z.string(), z.any()));
    const tokens = read("tokenizer.json").added_tokens.map((token: { id: number; content: string }) => [
      token.id,
      token.content,
    ]);
    expect(tokens.slice(0, 2)).toEqual([
      [256, "</s>"],
      [257, "<|hidden|>"],
    ]);
    expect(read("tokenizer_config.json")).toMatchObject({ eos_token: "</s>", pad_token: "</s>" });
    expect(read("tokenizer_config.json").chat_template).toMatch(/^<\/s>{% for/);
    expect(read("generation_config.json")).toMatchObject({ eos_token_id: [256, 259], pad_token_id: 256 });
    const suppressed = read("generation_config.json").suppress_tokens as number[];
    expect(suppressed.slice(0, 2)).toEqual([257, 261]);
  });

  it("is not made of a model that reads from the end", async () => {
    await expect(exported("reverse")).rejects.toThrow(/from its end/);
  });
});
