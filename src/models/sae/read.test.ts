import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../base/files.js";
import { random } from "../../base/random.js";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../base/safetensors.js";
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

/** A folder of SAELens. Only jumprelu has thresholds; `change` sees them all. */
async function saeLens(
  more: Record<string, unknown>,
  change?: (all: Record<string, StoredTensor>) => void,
): Promise<string> {
  const folder = temporaryFolder();
  await writeJson(join(folder, "cfg.json"), config(more));
  const all: Record<string, StoredTensor> = arrays();
  if (change) change(all);
  else if (more.architecture !== "jumprelu") delete all.threshold;
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

  it("are scaled between activation and decoder by what finetuning left", async () => {
    const folder = fileURLToPath(new URL("../../testing/cases/sae-finetuned", import.meta.url));
    const { tensors } = readSafetensors(join(folder, "sae_weights.safetensors"));
    const [W_enc, b_enc, W_dec, b_dec, factor] = ["W_enc", "b_enc", "W_dec", "b_dec", "finetuning_scaling_factor"].map(
      (name) => Array.from(tensors[name].data as Float32Array),
    );
    const [d_in, d_sae] = [b_dec.length, b_enc.length];
    const rng = random(4, "synthetic state");
    const state = Float32Array.from({ length: d_in }, () => rng.normal());
    const active = b_enc.map((bias, latent) =>
      Math.max(
        0,
        state.reduce((sum, x, i) => sum + (x - b_dec[i]) * W_enc[i * d_sae + latent], bias),
      ),
    );
    const rebuilt = b_dec.map((bias, i) =>
      active.reduce((sum, f, l) => sum + f * factor[l] * W_dec[l * d_in + i], bias),
    );

    const sae = openSae(await readSae(folder));
    const found = await sae.encode(state);
    found.latents.forEach((latent, entry) => {
      expect(found.values[entry]).toBeCloseTo(active[latent], 4);
    });
    expect(found.latents.length).toBe(active.filter((value) => value > 0).length);
    expect(factor.every((value) => Math.abs(value - 1) < 1e-3)).toBe(false);
    sae.decode(found, state).forEach((value, i) => {
      expect(value).toBeCloseTo(rebuilt[i], 4);
    });
    await sae.release();
  });

  it("are of another place where the release they lie in says so", async () => {
    const files = Object.entries(arrays()).map(([name, { data, shape }]) => [`${name}.npy`, npy(data, shape)]);
    const at = async (release: string) => {
      const folder = join(temporaryFolder(), release, "layer_3", "width_16k", "average_l0_76");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "params.npz"), zip(Object.fromEntries(files)));
      return (await readSae(folder)).hook;
    };
    expect(await at("gemma-scope-2b-pt-res")).toEqual({ place: "resid_post", layer: 3 });
    expect(await at("gemma-scope-2b-pt-mlp")).toEqual({ place: "mlp_out", layer: 3 });
    expect(await at("gemma-scope-9b-pt-att")).toBeUndefined();
    await expect(at("gemma-scope-2b-pt-transcoders")).rejects.toThrow(/release of transcoders/);
  });

  it("keep exactly k of equal values with topk", async () => {
    const folder = await saeLens({ architecture: "topk", k: 4 }, (all) => {
      delete all.threshold;
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
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ architecture: "gated" }, /architecture "gated"; Lacuna reads standard, jumprelu and topk/],
      [{ architecture: "batchtopk" }, /saves batch top-k as jumprelu/],
      [{ architecture: "topk" }, /does not say how many of 20 latents/],
      [{ activation_fn: "tanh-relu" }, /activations "tanh-relu"/],
      [{ architecture: "jumprelu", activation_fn: "topk" }, /activations "topk" with jumprelu/],
      [
        { architecture: "topk", k: 4, activation_fn_kwargs: { postact_fn: "identity" } },
        /"postact_fn" in activation_fn_kw/,
      ],
      [
        { hook_name: "blocks.1.hook_mlp_in", hook_name_out: "blocks.1.hook_mlp_out" },
        /is a transcoder \(from blocks.1/,
      ],
      [{ metadata: { hook_name: "a", hook_name_out: "b" } }, /is a transcoder \(from a to b\)/],
      [{ d_out: 12 }, /is a transcoder \(from 6 to 12 values\)/],
      [{ is_transcoder: true }, /is a transcoder/],
      [{ hook_head_index: 0 }, /reads attention head 0 alone/],
      [{ metadata: { model_from_pretrained_kwargs: { center_writing_weights: true } } }, /states without their mean/],
      [{ rescale_acts_by_decoder_norm: true }, /rescale_acts_by_decoder_norm with standard/],
      [{ finetuning_scaling_factor: true }, /says finetuning_scaling_factor, but .* holds no such tensor/],
      [{ normalize_activations: "expected_average_only_in" }, /average norm is not in the files/],
      [{ d_sae: 21 }, /W_enc has shape \[6,20\], its configuration needs \[6,21\]/],
    ];
    for (const [more, message] of cases) await expect(saeLens(more).then(readSae)).rejects.toThrow(message);
    const scaled = saeLens({}, (all) => {
      delete all.threshold;
      all.scaling_factor = { shape: [latents], data: new Float32Array(latents).fill(1.1) };
    });
    await expect(scaled.then(readSae)).rejects.toThrow(
      /scaling_factor other than 1, but .* does not say finetuning_sca/,
    );
    const gated = saeLens({}, (all) => {
      all.b_gate = all.b_enc;
    });
    await expect(gated.then(readSae)).rejects.toThrow(
      /holds threshold, b_gate, which Lacuna does not know of architectu/,
    );
    await expect(readSae(temporaryFolder())).rejects.toThrow(/holds no sparse autoencoder: none of cfg.json/);
  });
});
