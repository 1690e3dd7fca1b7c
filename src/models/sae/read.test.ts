import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../base/files.js";
import { random } from "../../base/random.js";
import { type StoredTensor, writeSafetensors } from "../../base/safetensors.js";
import { temporaryFolder } from "../../testing/folder.js";
import { npy, zip } from "../testing/npz.js";
import { openSae } from "./encode.js";
import { readSae } from "./read.js";
import type { SaeDefinition } from "./types.js";

const [width, latents, tokens] = [6, 20, 9];

/** Synthetic weights under Gemma Scope's names. */
function arrays(): Record<"W_enc" | "b_enc" | "W_dec" | "b_dec" | "threshold", StoredTensor & { data: Float32Array }> {
  const rng = random(2, "synthetic sae");
  const draw = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  });
  return {
    W_enc: draw(width, latents),
    b_enc: draw(latents),
    W_dec: draw(latents, width),
    b_dec: draw(width),
    threshold: { shape: [latents], data: draw(latents).data.map(Math.abs) },
  };
}

function states(): Float32Array {
  const rng = random(3, "synthetic states");
  return Float32Array.from({ length: tokens * width }, () => 2 * rng.normal());
}

/** The definition in loops and double precision: dense activations. */
function byHand(d: SaeDefinition, x: Float32Array): number[] {
  const result: number[] = [];
  for (let token = 0; token < tokens; token++) {
    const pre = Array.from({ length: latents }, (_, latent) => {
      let total = d.encoderBias[latent];
      for (let index = 0; index < width; index++) {
        const value = x[token * width + index] - (d.subtractsDecoderBias ? d.decoderBias[index] : 0);
        total += value * d.encoder[index * latents + latent];
      }
      return total;
    });
    const { activation } = d;
    const kth = activation.kind === "topk" ? [...pre].sort((a, b) => b - a)[activation.k - 1] : 0;
    pre.forEach((value, latent) => {
      const cut = activation.kind === "jumprelu" ? activation.threshold[latent] : 0;
      const isOn = value > 0 && (activation.kind === "topk" ? value >= kth : value > cut);
      result.push(isOn ? value : 0);
    });
  }
  return result;
}

async function expectRight(path: string): Promise<SaeDefinition> {
  const definition = await readSae(path);
  const sae = openSae(definition);
  const { offsets, latents: which, values } = await sae.encode(states());
  const dense = new Array(tokens * latents).fill(0);
  for (let token = 0; token < tokens; token++)
    for (let entry = offsets[token]; entry < offsets[token + 1]; entry++)
      dense[token * latents + which[entry]] = values[entry];
  byHand(definition, states()).forEach((value, index) => {
    expect(Math.abs(dense[index] - value)).toBeLessThan(1e-5);
  });
  await sae.release();
  return definition;
}

const config = (more: object) => ({ d_in: width, d_sae: latents, normalize_activations: "none", ...more });

async function saeLens(more: object, change: (all: Record<string, StoredTensor>) => void = () => {}): Promise<string> {
  const folder = temporaryFolder();
  await writeJson(join(folder, "cfg.json"), config(more));
  const all: Record<string, StoredTensor> = arrays();
  change(all);
  await writeSafetensors(join(folder, "sae_weights.safetensors"), all);
  return folder;
}

describe("sparse autoencoders of other people", () => {
  it("are read from params.npz, whose folder names the block it comes out of", async () => {
    const folder = join(temporaryFolder(), "layer_31", "width_16k", "average_l0_76");
    mkdirSync(folder, { recursive: true });
    const files = Object.entries(arrays()).map(([name, { data, shape }]) => [`${name}.npy`, npy(data, shape)]);
    writeFileSync(join(folder, "params.npz"), zip(Object.fromEntries(files)));
    const definition = await expectRight(folder);
    expect(definition).toMatchObject({ format: "gemma-scope", hook: { place: "resid_post", layer: 31 } });
    expect((await readSae(join(folder, "params.npz"))).encoder).toEqual(definition.encoder);
  });

  it("are read from params.safetensors, which names its hook; transcoders are refused", async () => {
    const folder = temporaryFolder();
    const all = Object.fromEntries(Object.entries(arrays()).map(([name, array]) => [name.toLowerCase(), array]));
    await writeSafetensors(join(folder, "params.safetensors"), all);
    const settings = { hf_hook_point_in: "model.layers.9.output", architecture: "jump_relu" };
    await writeJson(join(folder, "config.json"), settings);
    expect((await expectRight(folder)).hook).toEqual({ place: "resid_post", layer: 9 });
    await writeJson(join(folder, "config.json"), { ...settings, hf_hook_point_out: "elsewhere" });
    await expect(readSae(folder)).rejects.toThrow(/is a transcoder/);
  });

  it("are read from SAELens folders: standard, jumprelu, topk, with or without the decoder's bias", async () => {
    const metadata = { hook_name: "blocks.7.hook_resid_pre", model_name: "gpt2-small" };
    const standard = await expectRight(await saeLens({ architecture: "standard", metadata }));
    expect(standard).toMatchObject({ hookName: "blocks.7.hook_resid_pre", hook: { place: "resid_pre", layer: 7 } });
    await expectRight(await saeLens({ architecture: "jumprelu", apply_b_dec_to_input: false }));
    await expectRight(await saeLens({ architecture: "topk", k: 4 }));
    await expectRight(await saeLens({ activation_fn_str: "topk", activation_fn_kwargs: { k: 3 } }));
  });

  it("keep exactly k of equal values with topk", async () => {
    const folder = await saeLens({ architecture: "topk", k: 4 }, (all) => {
      all.W_enc = { shape: [width, latents], data: new Float32Array(width * latents) };
      all.b_enc = { shape: [latents], data: new Float32Array(latents).fill(1) };
    });
    const sae = openSae(await readSae(folder));
    const { offsets, latents: which } = await sae.encode(states().subarray(0, 2 * width));
    expect([...offsets]).toEqual([0, 4, 8]);
    expect([...which]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    await sae.release();
  });

  it("are refused by name when something that changes the numbers is not known", async () => {
    const cases: [object, RegExp][] = [
      [{ architecture: "gated" }, /architecture "gated"; Lacuna reads standard, jumprelu and topk/],
      [{ architecture: "batchtopk" }, /saves batch top-k as jumprelu/],
      [{ architecture: "topk" }, /does not say how many of 20 latents/],
      [{ activation_fn: "tanh-relu" }, /activations "tanh-relu"/],
      [{ normalize_activations: "expected_average_only_in" }, /average norm is not in the files/],
      [{ d_sae: 21 }, /W_enc has shape \[6,20\], its configuration needs \[6,21\]/],
    ];
    for (const [more, message] of cases) await expect(saeLens(more).then(readSae)).rejects.toThrow(message);
    const scaled = saeLens({}, (all) => {
      all.scaling_factor = { shape: [latents], data: new Float32Array(latents).fill(1.1) };
    });
    await expect(scaled.then(readSae)).rejects.toThrow(/scaling_factor other than 1/);
    await expect(readSae(temporaryFolder())).rejects.toThrow(/holds no sparse autoencoder: none of cfg.json/);
  });
});
