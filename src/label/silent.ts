/**
 * @file Passages where a latent stays silent: random windows of the reference set, with the latents active in each.
 *
 * Windows are drawn as contexts are (a random document, then a random ordinary token of it, `reach` tokens on either
 * side), so that active and silent passages differ in the latent and in nothing else.
 */
import { random } from "../base/random.js";
import type { SparseActivations } from "../models/index.js";
import { contextOf, type LatentContext } from "./contexts.js";
import { type ReadableSet, specialMask } from "./documents.js";

export interface SilentOptions {
  reach: number;
  seed: number;
}

/** Windows drawn; enough for several tens of silent ones of any latent that is not active nearly everywhere. */
const WINDOWS = 600;

export class SilentWindows {
  /** Windows of each document: the position they are around, and the latents active in them once it is read. */
  private readonly windows = new Map<number, { position: number; active?: Set<number> }[]>();

  constructor(
    private readonly set: ReadableSet,
    private readonly options: SilentOptions,
  ) {
    const draw = random(options.seed, "label:silent windows");
    const { documents, specials } = set;
    for (let attempt = 0; attempt < WINDOWS && documents.length > 0; attempt++) {
      const document = draw.integer(documents.length);
      const tokens = documents[document];
      if (tokens.length === 0) continue;
      const position = draw.integer(tokens.length);
      if (specials.has(tokens[position])) continue;
      this.windows.set(document, [...(this.windows.get(document) ?? []), { position }]);
    }
  }

  /** Takes in a document's activations. */
  add(document: number, { offsets, latents }: SparseActivations): void {
    const { reach } = this.options;
    for (const window of this.windows.get(document) ?? []) {
      const start = Math.max(0, window.position - reach);
      const end = Math.min(offsets.length - 1, window.position + reach + 1);
      window.active = new Set(latents.subarray(offsets[start], offsets[end]));
    }
  }

  /** At most `count` windows in which the latent is not active at all, drawn by the seed. */
  contexts(latent: number, count: number): LatentContext[] {
    const { documents, specials } = this.set;
    const { reach, seed } = this.options;
    const silent = [...this.windows].flatMap(([document, windows]) =>
      windows.filter(({ active }) => active && !active.has(latent)).map(({ position }) => ({ document, position })),
    );
    const order = random(seed, `label:silent windows of ${latent}`).permutation(silent.length).slice(0, count);
    return Array.from(order, (index) => {
      const { document, position } = silent[index];
      const text = (from: number, to: number) => this.set.textOf(document, from, to);
      return contextOf({ document, position, activation: 0 }, specialMask(documents[document], specials), text, reach);
    });
  }
}
