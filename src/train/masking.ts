/**
 * @file The masked-LM objective of encoders (paper 5.2): some tokens are replaced by a mask token and must be told from
 * both sides of the text.
 *
 * As in the reference every chosen token is replaced (no 80/10/10) and the loss is on the chosen ones only. Unlike there, the
 * mask token has an id of its own, one above the tokenizer's, so that end-of-text goes on meaning what it means. Masks are
 * drawn anew at every step, as RoBERTa does, from the seed and the step alone.
 */
import { random } from "../base/random.js";
import type { TrainingBatch } from "../nn/index.js";
import type { Stream } from "./batches.js";

/** Share of the ordinary tokens that are masked (paper 5.2). */
export const MASK_SHARE = 0.15;

export interface Masking {
  /** Id of the mask token. */
  id: number;
  /** Ids that are never masked. */
  specials: ReadonlySet<number>;
  seed: number;
}

/**
 * Windows with masked tokens; targets are the originals of the same positions.
 *
 * @param draw - which masks: "step 12", "validation"
 * @returns a batch whose loss mask is 1 at masked positions, unless the stream does not train that token
 */
export function maskedBatchOf(
  stream: Stream,
  context: number,
  windows: Uint32Array,
  { id, specials, seed }: Masking,
  draw: string,
): TrainingBatch {
  const size = windows.length * context;
  const batch = { tokens: new Int32Array(size), targets: new Int32Array(size), lossMask: new Uint8Array(size) };
  const { uniform } = random(seed, `mask:${draw}`);
  for (const [row, window] of windows.entries()) {
    for (let i = 0; i < context; i++) {
      const [from, to] = [window * context + i, row * context + i];
      const isMasked = uniform() < MASK_SHARE && !specials.has(stream.inputs[from]);
      batch.tokens[to] = isMasked ? id : stream.inputs[from];
      batch.targets[to] = stream.targets[from];
      batch.lossMask[to] = isMasked ? stream.lossMask[from] : 0;
    }
  }
  return batch;
}
