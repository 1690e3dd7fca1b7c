import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../base/files.js";
import { type StoredTensor, writeSafetensors } from "../../base/safetensors.js";
import { openTextCodec } from "../../models/index.js";
import { temporaryFolder } from "../../testing/folder.js";
import { sentencePiece } from "../../tokens/testing/sentence-piece.js";
import { delphiEvidence, openDelphi, readEvidence, readNeuronpedia } from "./index.js";

const options = { decode: (ids: Uint32Array) => [...ids].join(" "), contexts: 4, reach: 1, seed: 1 };
/** Two synthetic rows; id 0 is BOS. */
const tokens = { data: BigInt64Array.from([0n, 5n, 6n, 7n, 0n, 8n, 9n, 5n]), shape: [2, 4] };

async function delphi(files: Record<string, Record<string, StoredTensor>>): Promise<string> {
  const folder = temporaryFolder();
  for (const [name, tensors] of Object.entries(files))
    await writeSafetensors(join(folder, name), { tokens, ...tensors });
  await writeJson(join(folder, "config.json"), { model_name: "synthetic" });
  return folder;
}

const split = (locations: number[], activations: number[]): Record<string, StoredTensor> => ({
  locations: { data: Uint16Array.from(locations), shape: [activations.length, 3] },
  activations: { data: Float32Array.from(activations), shape: [activations.length] },
});

describe("activations cached by delphi", () => {
  it("become evidence: statistics over ordinary tokens, contexts strongest first, latents numbered across files", async () => {
    const folder = await delphi({
      // Not in order; BOS (position 0) fires hardest and does not count.
      "0_1.safetensors": split([1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 2, 1], [2, 4, 9, 1]),
      "2_3.safetensors": split([1, 3, 1], [3]),
    });
    const cache = openDelphi(folder);
    expect(cache.model).toBe("synthetic");
    expect(cache.documents.map((document) => [...document])).toEqual([
      [0, 5, 6, 7],
      [0, 8, 9, 5],
    ]);
    const evidence = [...delphiEvidence(cache, new Set([0]), options)];
    expect(evidence.map(({ latent, frequency }) => [latent, frequency])).toEqual([
      [0, 2 / 6],
      [1, 1 / 6],
      [2, 0],
      [3, 1 / 6],
    ]);
    expect(evidence[0].mean).toBeCloseTo(1, 12);
    expect(evidence[0].sd).toBeCloseTo(Math.sqrt((9 + 1 + 4) / 6), 12);
    expect(evidence[0].contexts.map(({ before, token, after }) => [before, token, after])).toEqual([
      ["5", "6", "7"],
      ["", "8", "9"],
    ]);
  });

  it("are refused when files overlap or point outside", async () => {
    const overlapping = await delphi({ "0_2.safetensors": split([], []), "2_3.safetensors": split([], []) });
    expect(() => openDelphi(overlapping)).toThrow(/has latents that another file has too/);
    const outside = await delphi({ "0_1.safetensors": split([0, 4, 0], [1]) });
    const cache = openDelphi(outside);
    expect(() => cache.read(cache.splits[0])).toThrow(/row 0, position 4, latent 0; there are 2 rows of 4 tokens/);
    expect(() => openDelphi(temporaryFolder())).toThrow(/has no START_END.safetensors/);
  });
});

function dump(folders: Record<string, string[]>): string {
  const folder = temporaryFolder();
  for (const [name, lines] of Object.entries(folders)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "batch-0.jsonl.gz"), gzipSync(lines.join("\n")));
  }
  return folder;
}

describe("evidence in place of our own", () => {
  const settings = { contexts: 4, reach: 1, seed: 1, latents: 4, specials: new Set([0]) };

  it("is delphi's cache in the words of the model's tokenizer, the spaces between them kept", async () => {
    const model = temporaryFolder();
    await writeJson(join(model, "config.json"), { model_type: "gpt2" });
    writeFileSync(join(model, "tokenizer.json"), sentencePiece());
    const { ids } = openTextCodec(model).encode("a heart ea");
    const [before, token, after] = ids.subarray(-3);
    const rows = { tokens: { data: BigInt64Array.from([0, before, token, after], BigInt), shape: [1, 4] } };
    const folder = await delphi({ "0_3.safetensors": { ...split([0, 2, 3], [5]), ...rows } });
    const { from, contexts, explanations } = await readEvidence(folder, { ...settings, model });
    expect([from, explanations.size]).toEqual(["delphi", 0]);
    const [context] = contexts.get(3)!;
    expect([context.before, context.token, context.after]).toEqual(["rt", " ", "ea"]);
  });

  it("is refused when it is of a larger autoencoder", async () => {
    const folder = dump({ explanations: [JSON.stringify({ index: 4, description: "hearts" })] });
    await expect(readEvidence(folder, { ...settings, model: "unused" })).rejects.toThrow(
      /evidence of latent 4, the autoencoder has 4 latents/,
    );
  });
});

describe("Neuronpedia's dumps", () => {
  it("become evidence and explanations; what is not as expected is counted", async () => {
    const activation = (index: number, values: number[]) =>
      JSON.stringify({ index: String(index), tokens: ["\u2581the", "\u2581heart", "beats"], values, maxValue: 9 });
    const folder = dump({
      activations: [
        activation(7, [0, 2, 0]),
        activation(7, [0, 0, 5]),
        activation(7, [0, 0]),
        activation(7, [0, 0, 0]),
        "{broken",
        activation(3, [1, 0, 0]),
      ],
      features: [
        JSON.stringify({ index: "7", frac_nonzero: 0.25 }),
        JSON.stringify({ index: "99", frac_nonzero: 0.5 }),
      ],
      explanations: [
        JSON.stringify({
          index: "7",
          description: "hearts",
          typeName: "oai_token-act-pair",
          explanationModelName: "m",
        }),
      ],
    });
    const { latents, badLines } = await readNeuronpedia(folder, { contexts: 2, reach: 1, seed: 1 });
    expect(badLines).toBe(3);
    expect(latents.map(({ evidence }) => evidence.latent)).toEqual([3, 7]);
    const [, { evidence, explanations }] = latents;
    expect(evidence.frequency).toBe(0.25);
    expect(evidence.mean).toBeNaN();
    expect(evidence.contexts[0]).toMatchObject({ before: " heart", token: "beats", after: "", activation: 5 });
    expect(explanations).toEqual([{ text: "hearts", type: "oai_token-act-pair", model: "m" }]);
  });

  it("are said to be missing when there are none", async () => {
    const options = { contexts: 2, reach: 1, seed: 1 };
    await expect(readNeuronpedia(temporaryFolder(), options)).rejects.toThrow(/nothing of Neuronpedia's v1 dumps/);
  });
});
