/**
 * @file Batches of shuffled token states, streamed: what an SAE is trained on.
 *
 * States of one document are alike, so they are mixed in a buffer: each row drawn at random leaves its place to the
 * next row of the stream. Documents come in a new seeded order every epoch; special tokens are left out. Memory is the
 * buffer's, whatever the corpus.
 */
import { UserError } from "../base/errors.js";
import { type Random, random } from "../base/random.js";
import type { Annotator } from "./annotator.js";
import type { DocumentSet } from "./documents.js";

export interface SamplerOptions {
  layer: number;
  /** Rows in the shuffle buffer. */
  capacity: number;
  seed: number;
}

export class StateSampler {
  private readonly rows: Float32Array;
  private filled = 0;
  private readonly incoming: AsyncGenerator<Float32Array>;
  private readonly draw: Random;
  readonly width: number;

  constructor(
    private readonly annotator: Annotator,
    private readonly set: DocumentSet,
    private readonly options: SamplerOptions,
  ) {
    this.width = annotator.width;
    this.rows = new Float32Array(options.capacity * this.width);
    this.draw = random(options.seed, "sae:rows");
    this.incoming = this.stream();
    if (!set.documents.some((tokens) => tokens.some((id) => !set.specials.has(id))))
      throw new UserError("The training split holds no ordinary token to train the SAE on. Give a larger corpus.");
  }

  /** Rows of ordinary tokens, without end. */
  private async *stream(): AsyncGenerator<Float32Array> {
    const { documents, specials } = this.set;
    for (let epoch = 0; ; epoch++) {
      const order = random(this.options.seed, `sae:documents:${epoch}`).permutation(documents.length);
      const ordered = Array.from(order, (index) => documents[index]);
      for await (const { document, states } of this.annotator.read(ordered, this.options.layer)) {
        const tokens = ordered[document];
        for (let token = 0; token < tokens.length; token++)
          if (!specials.has(tokens[token])) yield states.subarray(token * this.width, (token + 1) * this.width);
      }
    }
  }

  /** Fills the buffer and returns all of it, [capacity, width]: for means, scales and starting points. Do not change it. */
  async peek(): Promise<Float32Array> {
    while (this.filled < this.options.capacity) {
      this.rows.set((await this.incoming.next()).value, this.filled * this.width);
      this.filled++;
    }
    return this.rows;
  }

  /** The next batch, [count, width]. */
  async next(count: number): Promise<Float32Array<ArrayBuffer>> {
    await this.peek();
    const batch = new Float32Array(count * this.width);
    for (let row = 0; row < count; row++) {
      const slot = this.draw.integer(this.options.capacity) * this.width;
      batch.set(this.rows.subarray(slot, slot + this.width), row * this.width);
      this.rows.set((await this.incoming.next()).value, slot);
    }
    return batch;
  }

  async close(): Promise<void> {
    await this.incoming.return(undefined);
  }
}
