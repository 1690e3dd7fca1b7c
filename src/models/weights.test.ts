import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/errors.js";
import { writeJson } from "../base/files.js";
import { writeSafetensors } from "../base/safetensors.js";
import { encodeHeader } from "../base/safetensors-header.js";
import { temporaryFolder } from "../testing/folder.js";
import { openHfModel } from "./index.js";
import { LLAMA, writeSyntheticModel } from "./testing/synthetic.js";
import { openWeights } from "./weights.js";

const one = { data: Float32Array.of(1, 2), shape: [2] };

describe("weights of other people's models", () => {
  it("widens bfloat16 and half precision exactly, subnormal values included", () => {
    const folder = temporaryFolder();
    const bf16 = Uint16Array.of(0x3fc0, 0xc2f7, 0x0001, 0x8000);
    const f16 = Uint16Array.of(0x3c01, 0xc248, 0x0001, 0x7bff);
    const header = encodeHeader([
      { name: "b", dtype: "BF16", shape: [4] },
      { name: "h", dtype: "F16", shape: [2, 2] },
    ]);
    const data = [bf16, f16].map((values) => new Uint8Array(values.buffer));
    writeFileSync(join(folder, "model.safetensors"), Buffer.concat([header, ...data]));
    const weights = openWeights(folder);
    expect([...weights.read("b", [4])]).toEqual([1.5, -123.5, 2 ** -133, -0]);
    expect([...weights.read("h", [2, 2])]).toEqual([1 + 2 ** -10, -3.140625, 2 ** -24, 65504]);
    expect([...weights.readRows("h", [1, 0, 1])]).toEqual([2 ** -24, 65504, 1 + 2 ** -10, -3.140625, 2 ** -24, 65504]);
    weights.close();
  });

  it("reads shards that an index names, and refuses names that leave the folder", async () => {
    const folder = temporaryFolder();
    await writeSafetensors(join(folder, "model-1.safetensors"), { a: one });
    await writeSafetensors(join(folder, "model-2.safetensors"), { b: one });
    const index = (map: Record<string, string>) =>
      writeJson(join(folder, "model.safetensors.index.json"), { weight_map: map });
    await index({ a: "model-1.safetensors", b: "model-2.safetensors" });
    expect([...openWeights(folder).read("b", [2])]).toEqual([1, 2]);
    await index({ a: "../model-1.safetensors" });
    expect(() => openWeights(folder)).toThrow(/must be a plain file name/);
    await index({ a: "model-1.safetensors", c: "model-2.safetensors" });
    expect(() => openWeights(folder)).toThrow(/places "c" in model-2.safetensors, which does not hold it/);
    await writeSafetensors(join(folder, "model-2.safetensors"), { a: one });
    expect(() => openWeights(folder)).toThrow(/hold "a"/);
  });

  it("refuses wrong shapes, integers and values that are not finite, naming the tensor", async () => {
    const folder = temporaryFolder();
    const name = "model.layers.1.mlp.up_proj.weight";
    const spoiled = async (change: Parameters<typeof writeSyntheticModel>[2]) => {
      await writeSyntheticModel(folder, LLAMA, change);
      return openHfModel(folder);
    };
    const wrongShape = spoiled({ change: (tensors) => void (tensors[name] = one) });
    await expect(wrongShape).rejects.toThrow(/up_proj.weight has shape \[2\], its configuration needs \[24,16\]/);
    const integers = spoiled({
      change: (tensors) => void (tensors[name] = { data: new Int32Array(384), shape: [24, 16] }),
    });
    await expect(integers).rejects.toThrow(/is I32; Lacuna reads F32, F16, BF16/);
    const model = await spoiled({ change: (tensors) => void (tensors[name].data[5] = Number.NaN) });
    const reading = model.read([Uint32Array.of(5)], [{ place: "resid_post", layer: 2 }]).next();
    await expect(reading).rejects.toThrow(/up_proj.weight has a value that is not finite \(value 5\)/);
  });

  it("says what is not supported instead of running something else", async () => {
    const folder = temporaryFolder();
    const open = async (config: Record<string, unknown>) => {
      await writeJson(join(folder, "config.json"), config);
      return openHfModel(folder);
    };
    await expect(open({ model_type: "mamba" })).rejects.toThrow(UserError);
    await expect(open({ model_type: "constructor" })).rejects.toThrow(/Lacuna runs gemma2, llama, gpt2, gpt_neox/);
    await expect(open({ ...LLAMA, hidden_act: "relu6" })).rejects.toThrow(/hidden_act/);
    await expect(open({ ...LLAMA, num_key_value_heads: 3 })).rejects.toThrow(/cannot share 3 key heads/);
    await expect(open({ ...LLAMA, rope_scaling: { rope_type: "yarn", factor: 2 } })).rejects.toThrow(
      /stretches rotary positions by "yarn"/,
    );
  });
});
