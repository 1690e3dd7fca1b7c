import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import { temporaryFolder } from "../../testing/folder.js";
import { openHfModel, parseHook } from "../index.js";
import { GPT2, syntheticDocuments, writeSyntheticModel } from "../testing/synthetic.js";
import { readSaeActivations, restrictSaeDefinition } from "./activations.js";
import { openSae } from "./encode.js";
import type { Activation, SaeDefinition } from "./types.js";

const [width, latents] = [16, 30];
const rng = random(4, "synthetic sae");
const draw = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
const definition = (activation: Activation): SaeDefinition => ({
  ...{ format: "saelens", width, latents, activation },
  ...{ encoder: draw(width * latents), encoderBias: draw(latents), decoder: draw(latents * width) },
  ...{ decoderBias: draw(width), subtractsDecoderBias: true, rescalesByDecoderNorm: false, normalisation: "none" },
});
const hook = parseHook("resid_post.0");

describe("activations of documents", () => {
  it.each<Activation>([
    { kind: "jumprelu", threshold: draw(latents).map(Math.abs) },
    { kind: "topk", k: 5 },
  ])("are those of their states, all or the kept latents only: $kind", async (activation) => {
    const folder = temporaryFolder();
    await writeSyntheticModel(folder, GPT2);
    const model = await openHfModel(folder);
    const sae = definition(activation);
    const documents = syntheticDocuments([7, 0, 1300, 900, 3], GPT2.vocab_size);
    const whole = openSae(sae);
    const keep = Uint32Array.of(29, 3, 11);
    const kept = readSaeActivations(model, sae, hook, documents, { keep });
    const states = model.read(documents, [hook]);
    for await (const { document, active } of readSaeActivations(model, sae, hook, documents)) {
      const expected = await whole.encode((await states.next()).value.states[0]);
      expect(active.offsets).toEqual(expected.offsets);
      expect(active.latents).toEqual(expected.latents);
      const few = (await kept.next()).value;
      expect([few.document, few.active.offsets.length]).toEqual([document, documents[document].length + 1]);
      const found = new Set(
        Array.from(expected.offsets.subarray(1), (end, token) =>
          Array.from(expected.latents.subarray(expected.offsets[token], end), (latent) => `${token}:${latent}`),
        ).flat(),
      );
      const again = Array.from(few.active.offsets.subarray(1), (end: number, token) =>
        Array.from(
          few.active.latents.subarray(few.active.offsets[token], end),
          (at) => `${token}:${keep[at as number]}`,
        ),
      ).flat();
      const wanted = [...found].filter((name) => keep.includes(Number(name.split(":")[1])));
      expect(new Set(again)).toEqual(new Set(wanted));
    }
    await whole.release();
    await model.release();
  });

  it("cannot be restricted before the k largest are chosen", () => {
    expect(() => restrictSaeDefinition(definition({ kind: "topk", k: 2 }), Uint32Array.of(1))).toThrow(/k largest/);
  });
});
