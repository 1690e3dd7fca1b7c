/**
 * @file Streaming mean, standard deviation and frequency of every latent over a reference set.
 *
 * The reference set is all ordinary (not special) tokens of the documents shown: zeros count. Each block is summed in two
 * passes about its own mean and merged by Chan's formula, so the result equals a two-pass computation over everything.
 */
import type { SparseActivations } from "../models/index.js";

export class LatentStatistics {
  /** Tokens seen. */
  count = 0;
  readonly mean: Float64Array;
  /** Sum of squared deviations from the mean. */
  private readonly squares: Float64Array;
  private readonly active: Float64Array;

  constructor(readonly latents: number) {
    this.mean = new Float64Array(latents);
    this.squares = new Float64Array(latents);
    this.active = new Float64Array(latents);
  }

  /**
   * Adds a block of activations.
   *
   * @param isSpecial - 1 on tokens to leave out, shape [tokens]
   */
  add({ offsets, latents, values }: SparseActivations, isSpecial: Uint8Array): void {
    const block = new LatentStatistics(this.latents);
    for (const special of isSpecial) block.count += special ? 0 : 1;
    if (block.count === 0) return;
    const each = (visit: (latent: number, activation: number) => void) => {
      for (let token = 0; token < isSpecial.length; token++)
        if (!isSpecial[token])
          for (let entry = offsets[token]; entry < offsets[token + 1]; entry++) visit(latents[entry], values[entry]);
    };
    each((latent, activation) => {
      block.mean[latent] += activation;
      block.active[latent]++;
    });
    for (let latent = 0; latent < this.latents; latent++) {
      block.mean[latent] /= block.count;
      block.squares[latent] = (block.count - block.active[latent]) * block.mean[latent] ** 2;
    }
    each((latent, activation) => {
      block.squares[latent] += (activation - block.mean[latent]) ** 2;
    });
    this.merge(block);
  }

  /** Adds what another accumulator saw. */
  merge(other: LatentStatistics): void {
    const count = this.count + other.count;
    if (count === 0) return;
    for (let latent = 0; latent < this.latents; latent++) {
      const difference = other.mean[latent] - this.mean[latent];
      this.squares[latent] += other.squares[latent] + (difference ** 2 * this.count * other.count) / count;
      this.mean[latent] += (difference * other.count) / count;
      this.active[latent] += other.active[latent];
    }
    this.count = count;
  }

  /** Population standard deviation per latent. */
  standardDeviation(): Float64Array {
    return this.squares.map((sum) => (this.count > 0 ? Math.sqrt(Math.max(0, sum) / this.count) : 0));
  }

  /** Share of tokens on which a latent is active at all. */
  frequency(): Float64Array {
    return this.active.map((active) => (this.count > 0 ? active / this.count : 0));
  }

  /** Activation at `sd` standard deviations above the mean, per latent. */
  thresholds(sd: number): Float64Array {
    return this.standardDeviation().map((deviation, latent) => this.mean[latent] + sd * deviation);
  }
}
