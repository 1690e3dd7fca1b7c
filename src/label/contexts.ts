/**
 * @file Where each latent fires: the evidence a judge reads.
 *
 * Half of it is where the latent fires hardest, at most once per document, which shows what it stands for. The other
 * half is drawn at random from all its firings, which shows what else it responds to: labels grow over weak firings too,
 * so a latent that is about the domain only at its peak would label much that is not.
 */
import { type Random, random } from "../base/random.js";
import type { SparseActivations } from "../models/index.js";

/** One firing of a latent: token `position` of document `document`. */
export interface Firing {
  document: number;
  position: number;
  activation: number;
}

/** Strongest first; ties in reading order, so that the choice is the same every time. */
function compareFirings(a: Firing, b: Firing): number {
  return b.activation - a.activation || a.document - b.document || a.position - b.position;
}

/** What is remembered of one latent. */
interface Memory {
  /** Strongest firings, one per document; trimmed to the best when twice too many. */
  top: Firing[];
  /** Activation that no longer enters a full `top`. */
  floor: number;
  /** A uniform sample of all firings (reservoir sampling, Li's algorithm L). */
  sample: Firing[];
  seen: number;
  /** Which firing, counted from 0, enters the full sample next. */
  next: number;
  weight: number;
}

export class Firings {
  private readonly memories: Memory[];
  private readonly tops: number;
  private readonly samples: number;
  private readonly draw: Random;

  /** @param count - firings wanted per latent */
  constructor(
    readonly latents: number,
    count: number,
    seed: number,
  ) {
    this.tops = Math.ceil(count / 2);
    this.samples = count - this.tops;
    this.draw = random(seed, "label:contexts");
    this.memories = Array.from({ length: latents }, () => ({
      ...{ top: [], floor: 0, sample: [], seen: 0, next: -1, weight: 1 },
    }));
  }

  /** Adds a whole document. Special tokens never count. */
  add(document: number, { offsets, latents, values }: SparseActivations, isSpecial: Uint8Array): void {
    const best = new Map<number, Firing>();
    for (let position = 0; position < isSpecial.length; position++) {
      if (isSpecial[position]) continue;
      for (let entry = offsets[position]; entry < offsets[position + 1]; entry++) {
        const [latent, activation] = [latents[entry], values[entry]];
        const memory = this.memories[latent];
        if (this.samples > 0) this.sample(memory, document, position, activation);
        if (activation > memory.floor && activation > (best.get(latent)?.activation ?? 0))
          best.set(latent, { document, position, activation });
      }
    }
    for (const [latent, firing] of best) {
      const memory = this.memories[latent];
      memory.top.push(firing);
      if (memory.top.length >= 2 * this.tops) this.trim(memory);
    }
  }

  private trim(memory: Memory): Firing[] {
    memory.top.sort(compareFirings);
    if (memory.top.length > this.tops) memory.top.length = this.tops;
    if (memory.top.length === this.tops) memory.floor = memory.top[this.tops - 1].activation;
    return memory.top;
  }

  private sample(memory: Memory, document: number, position: number, activation: number): void {
    const index = memory.seen++;
    if (index < this.samples) {
      memory.sample.push({ document, position, activation });
      if (memory.sample.length === this.samples) this.skip(memory, index);
    } else if (index === memory.next) {
      memory.sample[this.draw.integer(this.samples)] = { document, position, activation };
      this.skip(memory, index);
    }
  }

  private skip(memory: Memory, index: number): void {
    memory.weight *= (1 - this.draw.uniform()) ** (1 / this.samples);
    memory.next = index + 1 + Math.floor(Math.log(1 - this.draw.uniform()) / Math.log1p(-memory.weight));
  }

  /** The firings remembered of a latent, each once, strongest first. */
  evidence(latent: number): Firing[] {
    const memory = this.memories[latent];
    const all = [...this.trim(memory), ...memory.sample].sort(compareFirings);
    return all.filter((firing, index) => index === 0 || compareFirings(firing, all[index - 1]) !== 0);
  }
}

/** A firing with the text around it. */
export interface LatentContext extends Firing {
  before: string;
  token: string;
  after: string;
}

/**
 * A firing with `reach` tokens of its own document on either side (special tokens end the text).
 *
 * @param text - text of the document's tokens `from` to `to` - 1
 */
export function contextOf(
  firing: Firing,
  isSpecial: Uint8Array,
  text: (from: number, to: number) => string,
  reach: number,
): LatentContext {
  const { position } = firing;
  let start = position;
  let end = position + 1;
  while (start > 0 && position - start < reach && !isSpecial[start - 1]) start--;
  while (end < isSpecial.length && end - position <= reach && !isSpecial[end]) end++;
  return {
    ...firing,
    before: text(start, position),
    token: text(position, position + 1),
    after: text(position + 1, end),
  };
}
