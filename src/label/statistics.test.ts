import { describe, expect, it } from "vitest";
import { random } from "../base/random.js";
import { LatentStatistics } from "./statistics.js";
import { sparse } from "./testing/sparse.js";

/** Synthetic activations: sparse, of very different sizes per latent. */
function synthetic(tokens: number, latents: number): Float32Array {
  const draw = random(3, "synthetic activations");
  return Float32Array.from({ length: tokens * latents }, (_, index) =>
    draw.uniform() < 0.2 ? 1000 ** (index % latents) * (5 + Math.abs(draw.normal())) : 0,
  );
}

function twoPass(activations: Float32Array, latents: number, isSpecial: Uint8Array, latent: number) {
  const values = Array.from(isSpecial, (special, t) => ({ special, value: activations[t * latents + latent] }))
    .filter(({ special }) => !special)
    .map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, sd, frequency: values.filter((value) => value !== 0).length / values.length };
}

describe("latent statistics", () => {
  const [tokens, latents] = [1000, 3];
  const activations = synthetic(tokens, latents);
  const isSpecial = Uint8Array.from({ length: tokens }, (_, t) => (t % 37 === 0 ? 1 : 0));

  it("streamed and merged, equal two passes over everything", () => {
    const halves = [new LatentStatistics(latents), new LatentStatistics(latents)];
    for (let start = 0, block = 0; start < tokens; block++) {
      const end = Math.min(tokens, start + 1 + ((block * 17) % 90));
      const slice = activations.subarray(start * latents, end * latents);
      halves[start < 300 ? 0 : 1].add(sparse(slice, latents), isSpecial.subarray(start, end));
      start = end;
    }
    halves[0].merge(halves[1]);
    const [sd, frequency, thresholds] = [halves[0].standardDeviation(), halves[0].frequency(), halves[0].thresholds(4)];
    for (let latent = 0; latent < latents; latent++) {
      const expected = twoPass(activations, latents, isSpecial, latent);
      expect(Math.abs(halves[0].mean[latent] / expected.mean - 1)).toBeLessThan(1e-6);
      expect(Math.abs(sd[latent] / expected.sd - 1)).toBeLessThan(1e-6);
      expect(frequency[latent]).toBeCloseTo(expected.frequency, 12);
      expect(thresholds[latent]).toBeCloseTo(halves[0].mean[latent] + 4 * sd[latent], 6);
    }
  });
  it("leaves special tokens out and is zero for a latent that never fires", () => {
    const statistics = new LatentStatistics(2);
    statistics.add(sparse(Float32Array.of(5, 0, 99, 99, 7, 0), 2), Uint8Array.of(0, 1, 0));
    expect([...statistics.mean]).toEqual([6, 0]);
    expect([...statistics.standardDeviation()]).toEqual([1, 0]);
    expect([...statistics.frequency()]).toEqual([1, 0]);
  });
});
