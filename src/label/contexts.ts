/**
 * @file Where each latent fires hardest: the evidence a judge reads.
 *
 * A latent keeps its best activation in each document, and of those the strongest `POOL`. What is shown is spread over
 * that pool (half the very top, half evenly below it), so that one frequent phrase does not speak for the whole latent.
 */

/** Candidates kept per latent, at most one per document. */
const POOL = 80;

/** One firing of a latent: token `position` of document `document`. */
export interface Firing {
  document: number;
  position: number;
  activation: number;
}

/** Strongest first; ties in reading order, so that the choice is the same every time. */
function compareFirings(a: Firing, b: Firing): number {
  return b.activation - a.activation || a.document - b.document;
}

export class TopFirings {
  private readonly pools: Firing[][];
  /** Weakest activation that can still enter a full pool. */
  private readonly floors: Float64Array;

  constructor(readonly latents: number) {
    this.pools = Array.from({ length: latents }, () => []);
    this.floors = new Float64Array(latents);
  }

  /** Adds a whole document. Activations of shape [tokens, latents]; special tokens never count. */
  add(document: number, activations: Float32Array, isSpecial: Uint8Array): void {
    const best = new Float64Array(this.latents);
    const at = new Int32Array(this.latents).fill(-1);
    for (let token = 0; token < isSpecial.length; token++) {
      if (isSpecial[token]) continue;
      const row = token * this.latents;
      for (let latent = 0; latent < this.latents; latent++) {
        const activation = activations[row + latent];
        if (activation > best[latent]) {
          best[latent] = activation;
          at[latent] = token;
        }
      }
    }
    for (let latent = 0; latent < this.latents; latent++) {
      if (at[latent] < 0 || best[latent] <= this.floors[latent]) continue;
      const pool = this.pools[latent];
      pool.push({ document, position: at[latent], activation: best[latent] });
      // Trimmed only when twice too long: amortised constant time per firing.
      if (pool.length >= 2 * POOL) this.trim(latent);
    }
  }

  private trim(latent: number): Firing[] {
    const pool = this.pools[latent].sort(compareFirings);
    if (pool.length > POOL) pool.length = POOL;
    if (pool.length === POOL) this.floors[latent] = pool[POOL - 1].activation;
    return pool;
  }

  /** At most `count` firings of a latent, strongest first: the top half of them, and the rest spread over the pool. */
  spread(latent: number, count: number): Firing[] {
    const pool = this.trim(latent);
    if (pool.length <= count) return [...pool];
    const top = Math.ceil(count / 2);
    const rest = Array.from({ length: count - top }, (_, index) => {
      const step = (pool.length - top) / (count - top);
      return pool[Math.floor(top + step * index + step / 2)];
    });
    return [...pool.slice(0, top), ...rest];
  }
}

/** A firing with the text around it. */
export interface LatentContext extends Firing {
  before: string;
  token: string;
  after: string;
}

/** Decodes a firing with `reach` tokens of its own document on either side (special tokens end the text). */
export function contextOf(
  firing: Firing,
  tokens: Uint32Array,
  isSpecial: Uint8Array,
  decode: (ids: Uint32Array) => string,
  reach: number,
): LatentContext {
  const { position } = firing;
  let start = position;
  let end = position + 1;
  while (start > 0 && position - start < reach && !isSpecial[start - 1]) start--;
  while (end < tokens.length && end - position <= reach && !isSpecial[end]) end++;
  return {
    ...firing,
    before: decode(tokens.subarray(start, position)),
    token: decode(tokens.subarray(position, position + 1)),
    after: decode(tokens.subarray(position + 1, end)),
  };
}
