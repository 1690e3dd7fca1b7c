import { describe, expect, it } from "vitest";
import { random } from "../../base/random.js";
import type { HookedModel } from "../reader.js";
import { checkSae } from "./check.js";
import { openSae } from "./encode.js";
import type { SaeDefinition } from "./types.js";

const width = 8;

/** A synthetic model of three blocks: the stream after block k lies along the axes k and k + 1, and one token in 20 is huge. */
function model(streams: (layer: number) => readonly number[], huge = 0): HookedModel {
  return {
    ...{ architecture: "synthetic", width, layers: 3, readable: 3, bos: { id: undefined, from: "the test" } },
    async *read(documents, hooks) {
      let document = 0;
      for (const tokens of documents) {
        const states = hooks.map(({ place, layer }) => {
          const rng = random(tokens[0], "synthetic stream");
          const values = new Float32Array(tokens.length * width);
          for (let token = 0; token < tokens.length; token++) {
            for (const axis of streams(place === "resid_pre" ? layer : layer + 1))
              values[token * width + axis] = rng.normal();
            if (token % 20 === 0) values[token * width + 7] = huge;
          }
          return values;
        });
        yield { document: document++, states };
      }
    },
    release: async () => {},
  };
}

/** Rebuilds what lies along axes 2 and 3, exactly, and nothing else. */
function autoencoder(): SaeDefinition {
  const decoder = new Float32Array(4 * width);
  [2, 2, 3, 3].forEach((axis, latent) => {
    decoder[latent * width + axis] = latent % 2 === 0 ? 1 : -1;
  });
  const encoder = Float32Array.from({ length: 4 * width }, (_, at) => decoder[(at % 4) * width + Math.floor(at / 4)]);
  return {
    ...{ format: "saelens", width, latents: 4, encoder, decoder, activation: { kind: "relu" } },
    ...{ encoderBias: new Float32Array(4), decoderBias: new Float32Array(width) },
    ...{ subtractsDecoderBias: false, rescalesByDecoderNorm: false, normalisation: "none" },
  };
}

const documents = [1, 2, 3].map((seed) => new Uint32Array(200).fill(seed));
const at = { place: "resid_post", layer: 1 } as const;

describe("checking an autoencoder's hook", () => {
  it("measures unexplained variance and L0 exactly, whatever huge states a few tokens have", async () => {
    for (const huge of [0, 1e4]) {
      const sae = openSae(autoencoder());
      const check = await checkSae(
        model((layer) => [layer, layer + 1], huge),
        sae,
        at,
        documents,
      );
      expect(check).toMatchObject({
        verdict: "right",
        best: "resid_post.1",
        tokens: huge ? 570 : 600,
        outliers: huge ? 30 : 0,
      });
      const [before, own, after] = check.hooks;
      expect(own.fvu).toBeLessThan(1e-10);
      expect(own.l0).toBeCloseTo(2, 5);
      // Half of the variance lies along an axis it does not know.
      for (const { fvu } of [before, after]) expect(Math.abs(fvu - 0.5)).toBeLessThan(0.05);
      await sae.release();
    }
  });

  it("does not cry wolf where hooks are alike, and says when none fits", async () => {
    const sae = openSae(autoencoder());
    const alike = await checkSae(
      model(() => [2, 3, 4]),
      sae,
      at,
      documents,
    );
    expect(alike).toMatchObject({ best: "resid_post.0", verdict: "undecided" });
    const foreign = await checkSae(
      model(() => [5, 6]),
      sae,
      at,
      documents,
    );
    expect(foreign.verdict).toBe("unexplained");
    await expect(
      checkSae(
        model(() => [5]),
        sae,
        at,
        [],
      ),
    ).rejects.toThrow(/no tokens to measure on/);
    await sae.release();
  });
});
