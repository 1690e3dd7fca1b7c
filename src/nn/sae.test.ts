import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { compile, compileLoop, spec, type Tensor } from "../tensor/index.js";
import { hyperparameters } from "./adamw.js";
import {
  decodeSae,
  encodeSae,
  SAE_PARAMETERS,
  SAE_TRAINING,
  type SaeActivation,
  type SaeWeights,
  saeShapes,
  saeSpecs,
  saeStep,
} from "./sae.js";

type Values = Record<string, Float32Array<ArrayBuffer>>;

/** Synthetic states of unit mean square: each the sum of 2 of 12 random directions of width 8. */
function syntheticStates(count: number, purpose: string): Float32Array<ArrayBuffer> {
  const fixed = random(5, "directions");
  const directions = Array.from({ length: 12 }, () => {
    const direction = Array.from({ length: 8 }, () => fixed.normal());
    const norm = Math.hypot(...direction);
    return direction.map((value) => value / norm);
  });
  const draw = random(5, purpose);
  const rows = new Float32Array(count * 8);
  for (let row = 0; row < count; row++)
    for (let part = 0; part < 2; part++) {
      const size = 1.5 + draw.uniform();
      directions[draw.integer(12)].forEach((value, index) => {
        rows[row * 8 + index] += size * value;
      });
    }
  return rows;
}

/** Trains a tiny SAE; returns its weights and the metrics of the last step. */
async function train(activation: SaeActivation, steps: number) {
  const options = { width: 8, latents: 24, activation, ...SAE_TRAINING };
  const shapes = saeShapes(options);
  const loop = await compileLoop(saeStep(options), saeSpecs(options, 256), { threads: 1 });
  const draw = random(1, "sae test");
  const parameters: Values = Object.fromEntries(
    SAE_PARAMETERS.map((name) => [name, new Float32Array(shapes[name].reduce((a, b) => a * b, 1))]),
  );
  for (let latent = 0; latent < 24; latent++)
    for (let index = 0; index < 8; index++) {
      const value = draw.normal() / Math.sqrt(8);
      parameters.decoder[latent * 8 + index] = value;
      parameters.encoder[index * 24 + latent] = value;
    }
  const zeros = () => Object.fromEntries(SAE_PARAMETERS.map((n) => [n, new Float32Array(parameters[n].length)]));
  loop.load({ parameters, first: zeros(), second: zeros() });
  const metrics = { loss: 0, l0: 0 };
  for (let step = 0; step < steps; step++) {
    const hyper = hyperparameters(step + 1, 0.01, { weightDecay: 0 });
    const { loss, l0 } = await loop.run({ x: syntheticStates(256, `batch ${step}`), target: 2, hyper });
    Object.assign(metrics, { loss: loss[0], l0: l0[0] });
  }
  const trained = loop.state().parameters as Values;
  await loop.release();
  return { trained, metrics };
}

describe.each(["topk", "jumprelu"] as const)("SAE trained as %s", (activation) => {
  it("explains sparse synthetic states with about the latents asked for, decoder rows of norm 1", async () => {
    const { trained, metrics } = await train(activation, 400);
    expect(metrics.loss).toBeLessThan(0.15);
    expect(metrics.l0).toBeGreaterThan(1.4);
    expect(metrics.l0).toBeLessThan(2.8);
    for (let latent = 0; latent < 24; latent++)
      expect(Math.hypot(...trained.decoder.subarray(latent * 8, latent * 8 + 8))).toBeCloseTo(1, 4);
  });
});

describe("SAE", () => {
  it("is silent up to the threshold and linear above it, on raw states", async () => {
    // Two latents along the axes of a plane centred at (10, 20).
    const weights = {
      encoder: Float32Array.of(1, 0, 0, 1),
      encoderBias: Float32Array.of(0, 0),
      decoder: Float32Array.of(1, 0, 0, 1),
      decoderBias: Float32Array.of(10, 20),
      threshold: Float32Array.of(1, 1),
    };
    const vector = () => spec([2]);
    const matrix = () => spec([2, 2]);
    const specs = {
      encoder: matrix(),
      encoderBias: vector(),
      decoder: matrix(),
      decoderBias: vector(),
      threshold: vector(),
    };
    const both = (w: SaeWeights<Tensor>, x: Tensor) => {
      const activations = encodeSae(w, x);
      return { activations, rebuilt: decodeSae(w, activations) };
    };
    const program = await compile(both, [specs, spec([3, 2])], { threads: 1 });
    const out = await program.run(weights, Float32Array.of(11, 20, 12, 26, 0, 0));
    // 1 is not above the threshold of 1; negative pre-activations are silent.
    expect([...out.activations]).toEqual([0, 0, 2, 6, 0, 0]);
    expect([...out.rebuilt]).toEqual([10, 20, 12, 26, 10, 20]);
    await program.release();
  });
});
