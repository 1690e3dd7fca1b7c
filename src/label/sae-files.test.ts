import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { loadSae, openSae, restrictSae, type SaeConfig, saveSae } from "./sae-files.js";

const config: SaeConfig = { width: 4, latents: 6, layer: 1, activation: "topk", l0: 2, tokenizer: "synthetic" };
const draw = random(1, "synthetic sae");
const normals = (count: number) => Float32Array.from({ length: count }, () => draw.normal());
const sae = {
  encoder: normals(24),
  encoderBias: normals(6),
  decoder: normals(24),
  decoderBias: normals(4),
  threshold: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
};

describe("SAE files", () => {
  const folder = mkdtempSync(join(tmpdir(), "lacuna-sae-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("come back as they were written", async () => {
    await saveSae(folder, sae, config, { r2: 0.5 });
    expect(loadSae(folder)).toEqual({ sae, config });
  });
  it("are refused when sae.json speaks of other shapes", async () => {
    await saveSae(folder, sae, config, {});
    const other = join(folder, "other");
    await saveSae(other, restrictSae(sae, config, Uint32Array.of(1)).sae, { ...config, latents: 1 }, {});
    copyFileSync(join(other, "sae.safetensors"), join(folder, "sae.safetensors"));
    expect(() => loadSae(folder)).toThrow(/w_enc has shape \[4,1\], sae.json needs \[4,6\]/);
  });
});

describe("an SAE restricted to some latents", () => {
  it("gives the same activations for them, on any number of rows", async () => {
    const kept = Uint32Array.of(4, 1);
    const part = restrictSae(sae, config, kept);
    const [all, some] = [await openSae(sae, config, 1), await openSae(part.sae, part.config, 1)];
    const states = normals(4 * 2500);
    const [full, restricted] = [await all.encode(states), await some.encode(states)];
    expect(restricted.length).toBe(2 * 2500);
    expect(restricted.some((value) => value > 0)).toBe(true);
    for (let row = 0; row < 2500; row++)
      kept.forEach((latent, index) => {
        expect(restricted[row * 2 + index]).toBeCloseTo(full[row * 6 + latent], 5);
      });
    await all.release();
    await some.release();
  });
});
