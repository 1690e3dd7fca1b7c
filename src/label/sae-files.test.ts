import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { readSae } from "../models/index.js";
import { temporaryFolder } from "../testing/folder.js";
import { readSaeConfig, type SaeConfig, saveSae } from "./sae-files.js";

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
  it("come back as they were written, layer 1 being the stream behind block 0", async () => {
    const folder = temporaryFolder();
    await saveSae(folder, sae, config, { r2: 0.5 });
    expect(readSaeConfig(folder)).toEqual(config);
    const { threshold, ...arrays } = sae;
    expect(await readSae(folder)).toMatchObject({
      ...arrays,
      activation: { kind: "jumprelu", threshold },
      hook: { place: "resid_post", layer: 0 },
    });
  });
  it("are refused when sae.json speaks of other shapes", async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    await saveSae(folder, sae, config, {});
    await saveSae(other, sae, config, {});
    const few = { ...sae, encoder: normals(4), encoderBias: normals(1), decoder: normals(4) };
    await saveSae(other, { ...few, threshold: normals(1) }, { ...config, latents: 1 }, {});
    copyFileSync(join(other, "sae.safetensors"), join(folder, "sae.safetensors"));
    await expect(readSae(folder)).rejects.toThrow(/w_enc.*\[4,1\].*\[4,6\]/);
  });
});
